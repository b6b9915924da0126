//! Containers and codecs.

use std::io::{Cursor, Read};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};
use std::{env, fs, process};

use bundle_scan_core::base::member_path::{MemberPath, NESTING};
use bundle_scan_core::base::problem::{Problem, ProblemKind};
use bundle_scan_core::container::{self, Body, Input, Member, Part, Terms, Visitor, Way};
use bundle_scan_core::{Limits, Means};
use bundle_scan_testkit::Fixture;

#[path = "../../../bundle-scan-inflate/tests/oracle/judge.rs"]
mod judge;

/// Small, so that a bomb costs little time; all of them are reached.
static LIMITS: LazyLock<Arc<Limits>> = LazyLock::new(|| {
    Arc::new(Limits {
        max_depth: 4,
        max_members: 100,
        max_decoded_bytes: 2 << 20,
        max_member_bytes: 1 << 20,
        max_buffered_bytes: 256 << 10,
        ..Limits::default()
    })
});

/// How a stream or a body is read when nothing is said of it.
const LARGE_PIECE: usize = 64 << 10;
/// What an xz begins with, whose blocks may be decoded at the same time.
const XZ: &[u8] = b"\xfd7zXZ\0";

/// Walks any bytes: as one piece, in small pieces, as a file, by other means, and without a look at the bodies. The first byte tells in what the others are packed
/// beforehand, because no mutation keeps a checksum whole: nothing, or one of [`Fixture::PACKINGS`]; the second one how small the pieces are.
pub fn walk(data: &[u8]) {
    let Some(([packing, piece], bytes)) = data.split_first_chunk() else {
        return;
    };
    let bytes = match Fixture::PACKINGS.get(usize::from(*packing).wrapping_sub(1)) {
        Some((_, pack)) => pack(&Fixture::new(vec![("member".to_owned(), bytes.to_vec())])),
        None => bytes.to_vec(),
    };
    if bytes.is_empty() {
        return;
    }
    let stream = |piece| {
        let source = Cursor::new(bytes.clone());
        Input::Reader(Box::new(Pieces { source, piece }))
    };
    let own = Way::default();
    let whole = Seen::of(stream(LARGE_PIECE), own, LARGE_PIECE);
    let piece = usize::from(*piece) + 1;
    whole.check_same(&Seen::of(stream(piece), own, piece));
    fs::write(&*FILE, &bytes).expect("a file can be written");
    let file = Seen::of(Input::Path(FILE.clone()), own, LARGE_PIECE);
    whole.check_same_members(&file);
    if bytes.starts_with(XZ) {
        let way = Way { threads: 2, ..own };
        whole.check_same(&Seen::of(stream(LARGE_PIECE), way, LARGE_PIECE));
    }
    // Of damaged streams common decoders may give less.
    if whole.problems.is_empty() {
        let means = Means::Common;
        let way = Way { means, ..own };
        whole.check_same(&Seen::of(stream(LARGE_PIECE), way, LARGE_PIECE));
    }
    let unread = Seen::of(stream(LARGE_PIECE), own, 0);
    if !whole.meets_a_limit() && !unread.meets_a_limit() {
        assert_eq!(whole.paths(), unread.paths(), "the same paths unread");
    }
}

/// What is known to people by the same name as a stream.
static FILE: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = env::temp_dir().join(format!("bundle-scan-fuzz-{}", process::id()));
    fs::create_dir_all(&folder).expect("a folder can be made");
    folder.join("stdin")
});

/// A stream that gives little at a time.
struct Pieces {
    source: Cursor<Vec<u8>>,
    piece: usize,
}

impl Read for Pieces {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let length = out.len().min(self.piece);
        self.source.read(&mut out[..length])
    }
}

/// What was met.
#[derive(Debug, Default, PartialEq)]
struct Seen {
    members: Vec<(MemberPath, Vec<u8>)>,
    problems: Vec<Problem>,
    /// How much of a body is asked for at a time; none leaves it unread.
    piece: usize,
}

impl Seen {
    fn of(input: Input, way: Way, piece: usize) -> Self {
        let mut seen = Seen {
            piece,
            ..Seen::default()
        };
        let terms = Terms {
            limits: Arc::clone(&LIMITS),
            way,
            ..Terms::default()
        };
        let totals = Arc::clone(&terms.totals);
        let walked = container::walk(input, terms, &mut seen);
        let name = walked.expect("what is not empty can be opened");
        assert!(!name.is_empty());
        assert_eq!(totals.members(), seen.members.len() as u64);
        assert!(totals.members() <= LIMITS.max_members);
        assert!(totals.bytes_decoded() <= LIMITS.max_decoded_bytes);
        let given: usize = seen.members.iter().map(|(_, bytes)| bytes.len()).sum();
        assert!(given as u64 <= totals.bytes_decoded());
        // Of no interest any more.
        seen.piece = 0;
        seen
    }

    fn paths(&self) -> Vec<&MemberPath> {
        self.members.iter().map(|(path, _)| path).collect()
    }

    fn check_same(&self, other: &Seen) {
        self.check_same_members(other);
        assert_eq!(self.problems, other.problems);
    }

    fn check_same_members(&self, other: &Seen) {
        assert_eq!(self.paths(), other.paths());
        for ((path, one), (_, other)) in self.members.iter().zip(&other.members) {
            let (problems, sizes) = (&self.problems, (one.len(), other.len()));
            assert!(one == other, "{path}: {sizes:?} bytes, {problems:?}");
        }
    }

    fn meets_a_limit(&self) -> bool {
        let mut kinds = self.problems.iter().map(|problem| problem.kind);
        kinds.any(|kind| kind == ProblemKind::LimitReached)
    }
}

impl Visitor for Seen {
    fn member(&mut self, member: &Member, body: Body<'_>) -> ControlFlow<()> {
        check_path(&member.path);
        assert!(!member.path.as_str().is_empty());
        let mut bytes = Vec::new();
        match body {
            _ if self.piece == 0 => {}
            Body::Mapped(mapping) => bytes.extend_from_slice(mapping.bytes()),
            Body::Stream(stream) => {
                let mut piece = vec![0; self.piece];
                while let count @ 1.. = stream.read(&mut piece).expect("a body never fails") {
                    bytes.extend_from_slice(&piece[..count]);
                }
                assert_eq!(stream.read(&mut piece).ok(), Some(0), "an end is an end");
            }
        }
        assert!(bytes.len() as u64 <= LIMITS.max_member_bytes);
        self.members.push((member.path.clone(), bytes));
        ControlFlow::Continue(())
    }

    fn part(&mut self, part: Part) -> ControlFlow<()> {
        part.walk(self)
    }

    fn problem(&mut self, problem: Problem) {
        check_path(&problem.member);
        assert!(!problem.detail.is_empty());
        assert_ne!(problem.kind, ProblemKind::Internal, "{}", problem.detail);
        self.problems.push(problem);
    }
}

/// An address never points out of the bundle.
fn check_path(path: &MemberPath) {
    let path = path.as_str();
    let mut segments = path.split([NESTING, '/']);
    let is_plain = path.is_empty() || segments.all(|it| !matches!(it, "" | "." | ".."));
    assert!(is_plain && !path.contains('\\'), "{path:?}");
}

/// Decodes any bytes as a deflate stream and as a gzip file: as flate2 does. The first two bytes are the sizes of the pieces in which
/// the others come and their content is taken; none stands for much at once. Of what grows without end the beginning is enough, if it
/// is more than is decoded at a time.
pub fn inflate(data: &[u8]) {
    let Some(([input, content], bytes)) = data.split_first_chunk() else {
        return;
    };
    let size = |byte: u8, large| if byte == 0 { large } else { byte.into() };
    let pieces = judge::Pieces {
        input: size(*input, judge::Pieces::LARGE.input),
        content: size(*content, judge::Pieces::LARGE.content),
        limit: 400 << 10,
    };
    judge::agree_on_deflate(bytes, pieces);
    judge::agree_on_gzip(bytes, pieces);
}
