use serde_json::json;

use super::{super::signing::create_key, *};
use crate::clock::Clock;

fn keys(name: &str) -> SetKeys {
    let folder = std::env::temp_dir().join(format!("portico-signed-lines-{}-{name}", std::process::id()));
    create_key(&folder, &Clock::system()).expect("a key is made");
    let keys = SetKeys::read(&folder).expect("a key");
    std::fs::remove_dir_all(folder).expect("it is removed");
    keys
}

#[test]
fn whichever_byte_is_another_one_is_found_also_in_what_only_people_read() {
    let keys = keys("changed");
    let lines = sign(&json!({"set": "a"}), Purpose::Manifest, &keys).expect("it is signed");
    let read =
        |bytes: &[u8]| believe(bytes, Purpose::Manifest, &keys.signers()).map(|(said, _)| said.to_vec());
    let said = read(&lines).expect("it holds");
    assert!(String::from_utf8_lossy(&said).starts_with("{\"set\":\"a\","), "what is said comes first");
    for at in 0..lines.len() {
        for bit in 0..8 {
            let mut changed = lines.clone();
            changed[at] ^= 1 << bit;
            assert!(read(&changed).is_err(), "bit {bit} of byte {at}");
        }
    }
    let id = keys.id();
    let other =
        String::from_utf8_lossy(&lines).replacen(&format!("key_id\":\"{id}"), "key_id\":\"another", 1);
    let error = read(other.as_bytes()).expect_err("it is another one").to_string();
    assert!(error.contains("it names another key than the one that signed it"), "{error}");
}

/// Sets of before stay readable: what they say is signed as it ever was.
#[test]
fn what_was_signed_before_it_named_its_key_is_believed() {
    let keys = keys("before");
    let said = br#"{"set":"a"}"#;
    let seal = Seal { key_id: keys.id().to_owned(), signature: Bytes(keys.sign(Purpose::Manifest, said)) };
    let seal = serde_json::to_string(&seal).expect("it is written");
    let lines = [said.as_slice(), b"\n", seal.as_bytes(), b"\n", b"behind"].concat();
    let (found, rest) = believe(&lines, Purpose::Manifest, &keys.signers()).expect("it holds");
    assert_eq!((found, rest), (said.as_slice(), b"behind".as_slice()));
    assert!(
        believe(&lines, Purpose::StreamBase, &keys.signers()).is_err(),
        "it was signed for something else"
    );
}
