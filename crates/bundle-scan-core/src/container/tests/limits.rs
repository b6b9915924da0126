//! What a walk may cost: bombs, endless names, containers in containers.

use super::*;

#[test]
fn a_bomb_ends_at_the_limit() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    std::io::copy(&mut std::io::repeat(0).take(200 << 20), &mut encoder).unwrap();
    let bomb = encoder.finish().unwrap();
    let base = Limits::default();
    let limits = [
        (
            "max_ratio",
            Limits {
                max_ratio: 20,
                max_dense_bytes: 10 << 20,
                ..base.clone()
            },
            74 << 20..(74 << 20) + 1,
        ),
        (
            "max_member_bytes",
            Limits {
                max_member_bytes: 1 << 20,
                ..base.clone()
            },
            1 << 20..(1 << 20) + 1,
        ),
        (
            "max_decoded_bytes",
            Limits {
                max_decoded_bytes: 1 << 20,
                ..base
            },
            1 << 20..(1 << 20) + 1,
        ),
    ];
    for (name, limits, expected) in limits {
        let (seen, walked) = read_within(bomb.clone(), &limits);
        assert_eq!(seen.kinds(), [ProblemKind::LimitReached], "{name}");
        assert!(
            seen.problems[0].detail.contains(name),
            "{:?}",
            seen.problems
        );
        assert!(
            expected.contains(&walked.totals.bytes_decoded()),
            "{name}: {}",
            walked.totals.bytes_decoded()
        );
    }
}

#[test]
fn a_limit_of_members_ends_the_walk() {
    let limits = Limits {
        max_members: 2,
        ..Limits::default()
    };
    let (seen, walked) = read_within(fixture().tar_gz(), &limits);
    assert_eq!((walked.totals.members(), seen.members.len()), (2, 2));
    assert_eq!(seen.kinds(), [ProblemKind::LimitReached]);
}

#[test]
fn containers_deeper_than_the_limit_are_not_opened() {
    let mut bytes = Fixture::parse("//- x\ntext\n").tar_gz();
    for _ in 0..3 {
        bytes = one_file("n.tgz", bytes).tar_gz();
    }
    let at = |max_depth| {
        read_within(
            bytes.clone(),
            &Limits {
                max_depth,
                ..Limits::default()
            },
        )
        .0
    };
    assert_eq!(at(3).paths(), ["n.tgz!n.tgz!n.tgz!x"]);
    assert_eq!(at(2).members.len(), 0);
    assert_eq!(at(2).kinds(), [ProblemKind::LimitReached]);
    assert_eq!(at(2).problems[0].member.as_str(), "n.tgz!n.tgz!n.tgz");
}

#[test]
fn a_large_nested_zip_is_read_without_its_directory() {
    let fixture = fixture();
    let limits = Limits {
        max_buffered_bytes: 1000,
        ..Limits::default()
    };
    let (seen, _) = read_within(one_file("n.zip", fixture.zip()).tar(), &limits);
    let contents =
        |files: &[(String, Vec<u8>)]| files.iter().map(|file| file.1.clone()).collect::<Vec<_>>();
    assert!(contents(&seen.members) == contents(fixture.files()));
    assert_eq!(seen.problems, []);
}

#[test]
fn an_endless_name_is_refused() {
    let mut archive = ::tar::Builder::new(Vec::new());
    let mut header = ::tar::Header::new_gnu();
    header.set_entry_type(::tar::EntryType::GNULongName);
    header.set_size(32 << 20);
    header.set_cksum();
    archive
        .append(&header, std::io::repeat(b'a').take(32 << 20))
        .unwrap();
    let (seen, _) = read(archive.into_inner().unwrap());
    assert_eq!(
        (seen.kinds(), seen.members.len()),
        (vec![ProblemKind::Corrupt], 0)
    );
}

/// A zip whose entries all claim the same bytes, and one with bytes of its own.
fn overlapping() -> Vec<u8> {
    let packed = one_file("a", vec![b'0'; 100_000]).zip();
    let end = packed.len() - 22;
    let directory = u32::from_le_bytes(packed[end + 16..end + 20].try_into().unwrap());
    let (content, entry) = (
        &packed[..directory as usize],
        &packed[directory as usize..end],
    );
    let (copies, mut tail) = (200_u16, packed[end..].to_vec());
    let length = entry.len() as u32 * u32::from(copies);
    tail[8..10].copy_from_slice(&copies.to_le_bytes());
    tail[10..12].copy_from_slice(&copies.to_le_bytes());
    tail[12..16].copy_from_slice(&length.to_le_bytes());
    [content, &entry.repeat(copies.into()), &tail].concat()
}

#[test]
fn entries_of_a_zip_do_not_share_bytes() {
    let bytes = overlapping();
    let (seen, _) = open_bytes("overlap.zip", &bytes);
    let per_entry = bytes.len() / 200;
    // As many are read as have room: the archive is hardly larger than its directory.
    assert!((1..=bytes.len() / per_entry).contains(&seen.members.len()));
    assert!(seen.members.len() < 200, "{}", seen.members.len());
    assert_eq!(seen.kinds(), [ProblemKind::Corrupt]);
    assert!(seen.problems[0].detail.contains("claim more bytes"));
}

/// Changes the file that it reads as soon as it is shown it.
struct Meddler {
    seen: Seen,
    path: std::path::PathBuf,
    length: u64,
}

impl Visitor for Meddler {
    fn member(&mut self, member: &Member, body: Body<'_>) -> ControlFlow<()> {
        let file = fs::OpenOptions::new().write(true).open(&self.path).unwrap();
        file.set_len(self.length).unwrap();
        self.seen.member(member, body)
    }

    fn part(&mut self, part: Part) -> ControlFlow<()> {
        part.walk(self)
    }

    fn problem(&mut self, problem: Problem) {
        self.seen.problem(problem);
    }
}

#[test]
fn files_that_change_while_they_are_read_end_where_they_were_or_are() {
    const LENGTH: u64 = 3 << 20;
    for (length, expected) in [(LENGTH * 2, LENGTH..LENGTH + 1), (100, 0..LENGTH)] {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("messages");
        fs::write(&path, "fine line\n".repeat(LENGTH as usize / 10 + 1)).unwrap();
        fs::OpenOptions::new()
            .write(true)
            .open(&path)
            .unwrap()
            .set_len(LENGTH)
            .unwrap();
        let mut meddler = Meddler {
            seen: Seen::default(),
            path: path.clone(),
            length,
        };
        walk(Input::Path(path), Terms::default(), &mut meddler).unwrap();
        let read = meddler.seen.members[0].1.len() as u64;
        assert!(expected.contains(&read), "{length}: {read}");
        assert_eq!(meddler.seen.problems, []);
    }
}
