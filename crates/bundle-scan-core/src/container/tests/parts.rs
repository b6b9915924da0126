//! Parts that are walked apart, later and in another order yield what they yield in place.

use bundle_scan_testkit::Fixture;
use tempfile::TempDir;

use super::*;

/// Keeps the parts to walk them when the walk is over, the last one first.
#[derive(Default)]
struct Later {
    seen: Seen,
    parts: Vec<Part>,
}

impl Visitor for Later {
    fn member(&mut self, member: &Member, body: Body<'_>) -> ControlFlow<()> {
        self.seen.member(member, body)
    }

    fn part(&mut self, part: Part) -> ControlFlow<()> {
        self.parts.push(part);
        ControlFlow::Continue(())
    }

    fn has_room_for_parts(&self) -> bool {
        true
    }

    fn problem(&mut self, problem: Problem) {
        self.seen.problem(problem);
    }
}

/// Members with what they hold, and problems, sorted.
type Yield = (Vec<(String, Vec<u8>)>, Vec<Problem>);

fn sorted(mut seen: Seen) -> Yield {
    seen.members.sort();
    seen.problems.sort();
    (seen.members, seen.problems)
}

/// What is at `path` yields, all in place.
fn in_place(path: &Path) -> Yield {
    sorted(open(path).0)
}

/// The same with parts walked later, and how many those were.
fn apart(path: &Path) -> (Yield, usize) {
    let mut later = Later::default();
    let input = Input::Path(path.to_owned());
    walk(input, Terms::default(), &mut later).unwrap();
    let count = later.parts.len();
    for part in later.parts.into_iter().rev() {
        assert!(part.walk(&mut later.seen).is_continue());
    }
    (sorted(later.seen), count)
}

/// Lines that no codec makes much smaller: some 300 KB.
fn noise(seed: u64) -> Vec<u8> {
    let mut state = seed;
    let mut lines = String::new();
    for _ in 0..15_000 {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        lines += &format!("{state:020}\n");
    }
    lines.into_bytes()
}

fn damaged(mut packed: Vec<u8>) -> Vec<u8> {
    let middle = packed.len() / 2;
    packed[middle..middle + 8].fill(0xff);
    packed
}

/// The same zip, in which members `inne1.tgz` and `inne2.tgz` are named `inner.tgz`.
fn with_one_name(zip: &[u8]) -> Vec<u8> {
    let mut zip = zip.to_vec();
    for start in 0..zip.len() - 9 {
        if let [b'i', b'n', b'n', b'e', digit @ b'1'..=b'2', b'.', ..] = &mut zip[start..start + 9]
        {
            *digit = b'r';
        }
    }
    zip
}

/// A folder with everything that parts are made of, whole and damaged.
fn folder() -> TempDir {
    let inner = || Fixture::new(vec![("log/a".into(), noise(1)), ("log/b".into(), noise(2))]);
    let gz = gzip(&noise(3));
    let archives = |names: [&str; 3]| {
        Fixture::new(vec![
            (names[0].into(), inner().tar_gz()),
            (names[1].into(), damaged(inner().tar_gz())),
            (names[2].into(), damaged(inner().tar_gz())),
            ("rotated.gz".into(), gz.clone()),
            ("inner.zip".into(), inner().zip()),
        ])
    };
    let tar = archives(["inner.tgz"; 3]).tar();
    let zip = with_one_name(&archives(["inner.tgz", "inne1.tgz", "inne2.tgz"]).zip());
    let folder = tempfile::tempdir().unwrap();
    Fixture::new(vec![
        ("rotated.1.gz".into(), gz.clone()),
        ("rotated.2.gz".into(), damaged(gz.clone())),
        ("rotated.3.gz".into(), gz[..gz.len() / 2].to_vec()),
        ("small.gz".into(), gzip(b"small\n")),
        ("plain".into(), noise(4)),
        ("node.tgz".into(), inner().tar_gz()),
        ("cut.tar".into(), tar[..700_000].to_vec()),
        ("nested.tar".into(), tar),
        ("nested.zip".into(), zip.clone()),
        ("damaged.zip".into(), damaged(zip)),
    ])
    .write_dir(folder.path());
    folder
}

#[test]
fn parts_yield_the_same_later_and_in_any_order() {
    let folder = folder();
    let expected = in_place(folder.path());
    assert!(expected.0.len() > 20 && expected.1.len() > 5);
    let (found, parts) = apart(folder.path());
    assert_eq!(found.1, expected.1);
    assert!(found.0 == expected.0, "the members differ");
    assert!(parts > 10, "{parts} parts");
}

#[test]
fn nested_archives_of_a_tar_are_taken_out_of_it() {
    let folder = folder();
    let tar = folder.path().join("nested.tar");
    let (found, parts) = apart(&tar);
    assert_eq!(parts, 4);
    assert!(found == in_place(&tar));
}

#[test]
fn a_single_compressed_file_is_walked_in_place() {
    let folder = folder();
    for name in ["rotated.1.gz", "node.tgz"] {
        assert_eq!(apart(&folder.path().join(name)).1, 0, "{name}");
    }
}
