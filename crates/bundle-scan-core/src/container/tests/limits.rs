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
                max_ratio: 100,
                ..base.clone()
            },
            64 << 20..80 << 20,
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
