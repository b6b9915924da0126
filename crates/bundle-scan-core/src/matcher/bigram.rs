//! How common pairs of bytes are in logs: the prefilter searches for the rarest part of each anchor.
//!
//! Bytes fall into classes: letters without case, digits, a few marks, and all others. Source: pairs counted in 2.6 MB of
//! logs of a Kubernetes control plane host (syslog, kubelet, containerd, kernel, pod logs).

/// The classes, in the order of rows and columns: one byte stands for each; `~` for all others.
const CLASSES: &[u8; 38] = b"abcdefghijklmnopqrstuvwxyz0 \"=:/.-_[]~";

/// For each pair of classes how rare it is: the letter after `a` is the number of bits, less 3, that an ideal code would
/// spend on the pair.
#[rustfmt::skip]
const BITS: [&[u8; 38]; 38] = [
    b"ligghigrgpmgggpftgffhkmkkmhjjjmlkjltnm",
    b"ilklfkolijtinojmpjmngtqojtigmjljmlntmm",
    b"glgiflogipghmleiohigipspjngklqmklkkqql",
    b"gkkiflknhpjiikjjpihngmnojtgghijikiikoj",
    b"ggffjhimjjpfgfkhgdefkglhinhfgfiijghspi",
    b"glllgimogsqgqnhorikljoqtnrhkkpotkjltln",
    b"kpjpgmkiittkkjgmrhiljsntmpogikijkjktik",
    b"hklmfnttiqonmthmplnimpqtnmojinlmlkltql",
    b"jighhigsottghefisiffohsjtjikmqklnjlttl",
    b"pqttitttosnsttkpstlqfqqrttpppqrtqttttt",
    b"kmnmgtjrhttjmnnnstinfnsqtsgjliljkkjtsm",
    b"gmniekmpgrngqnfknlhiikmniqnijhikijhtrj",
    b"flmifmnphtpljpghpnkmkontnqkijjkkkklttk",
    b"gnigfgflgnkkligjllgejimkntkhhhkkjihhqj",
    b"iihgmihljnhghehhsfihfjhkmtoglmgillltli",
    b"hnkjgmligqjimmgiqgjijjpnhtliijjljkjtol",
    b"rtsstttntttnstnosrosgsttqtmmtstttoqttq",
    b"gjgiellqfthlhgfkljghhfjritohhiihghgtoj",
    b"ilgneknigpikligimkgehqmohtkhhkhhgghqqi",
    b"fohlekrgeqnjllgisghhhmlogtighihjhggqqh",
    b"lfhhglioigtgjfnhsghhmtsltqikppmmjgmtqn",
    b"isnmeonphtsnloiqqokntttmtsgnnollmontto",
    b"hmiojtqnjqtpplinrkmprsmjttlljpmsomjtnn",
    b"pnmmilssktrnttnltjnjppstkrjjkkonnkltto",
    b"molnlppsnspnllmhsnhjrtqsqnoijjimjlhisl",
    b"lnntkotpktqptqmnttqtmttqttpnittqtqtton",
    b"hhghiinpsmmnkoqqspgiinnjqibdgpeheektfg",
    b"gighifjhghghihigmffggjilmldaeikjihmhkf",
    b"hihiiikjjkhiihliohhiiiitttghhtfjqltloe",
    b"qsonlltqnmnookpptoolqpsttthieotlpotqtm",
    b"imlpmpnoonmnomnmtlknolqtqtdejomjtttmrj",
    b"jlhjkkmlkmijikljtiiijjoqtphmotojltpttn",
    b"kmhhjlgmhihllklhpljlknkqosejnqslhtqttj",
    b"hjhijjijjlghhjkinjgjkkjjomeiottttgtpok",
    b"ihhijhllknkhikkilhhjkkipsqltttttntmttp",
    b"nqriqtttlttnlptptqopqqmntthhqtqotttolk",
    b"ttttttttttttttttttnttttttttglthtrptlok",
    b"lmjjkjimkmkhjijhlhijlhqmtqhfhpjlmjprkg",
];

/// How many bits an ideal code would spend on the pair: more for rarer ones.
pub(super) fn rarity(first: u8, second: u8) -> u32 {
    let bits = BITS
        .get(class(first))
        .and_then(|row| row.get(class(second)));
    bits.map_or(0, |letter| u32::from(letter - b'a') + 3)
}

fn class(byte: u8) -> usize {
    usize::from(CLASS_OF[usize::from(byte)])
}

/// The class of every byte.
const CLASS_OF: [u8; 256] = {
    let other = CLASSES.len() as u8 - 1;
    let mut classes = [other; 256];
    let mut number = 0;
    while number < other {
        let byte = CLASSES[number as usize];
        classes[byte as usize] = number;
        classes[byte.to_ascii_uppercase() as usize] = number;
        number += 1;
    }
    let mut digit = b'0';
    while digit <= b'9' {
        classes[digit as usize] = classes[b'0' as usize];
        digit += 1;
    }
    classes
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_pairs_cost_less_than_rare_ones() {
        assert!(rarity(b'e', b'r') < rarity(b'q', b'z'));
        assert!(rarity(b'0', b'7') < rarity(b'x', b'w'));
        assert_eq!(rarity(b'E', b'R'), rarity(b'e', b'r'));
    }
}
