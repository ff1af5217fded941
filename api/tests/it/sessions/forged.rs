//! Forged access tokens: whatever is not signed by a key of ours, for this organization, now, opens nothing.

use std::path::PathBuf;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_dalek::{
    Signer, SigningKey,
    pkcs8::{
        DecodePrivateKey, EncodePrivateKey, EncodePublicKey,
        spki::der::{pem::LineEnding, zeroize::Zeroizing},
    },
};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use crate::harness::{Actor, TestApp, keys_directory};

/// What an attacker may have in hand: a true token, and in the worst case of a case, the key.
struct Forge {
    key: SigningKey,
    key_file: PathBuf,
    header: Value,
    claims: Value,
    token: String,
}

impl Forge {
    fn new(token: &str) -> Self {
        let mut parts = token.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).expect("base64"));
        let mut part = || -> Value { serde_json::from_slice(&parts.next().expect("a part")).expect("JSON") };
        let (header, claims) = (part(), part());
        let key_id = header["kid"].as_str().expect("a key id");
        let key_file = keys_directory().join(format!("{key_id}.pem"));
        let key = SigningKey::from_pkcs8_pem(&std::fs::read_to_string(&key_file).expect("the key is there"));
        Self { key: key.expect("a key"), key_file, header, claims, token: token.to_owned() }
    }

    /// The header or the claims with one name set to something else, or taken away where that is null.
    fn with(before: &Value, name: &str, value: Value) -> Value {
        let mut after = before.clone();
        let object = after.as_object_mut().expect("an object");
        if value.is_null() {
            object.remove(name);
        } else {
            object.insert(name.to_owned(), value);
        }
        after
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        sign(&self.key, header, claims)
    }

    fn with_header(&self, name: &str, value: Value) -> String {
        self.sign(&Self::with(&self.header, name, value), &self.claims)
    }

    fn with_claim(&self, name: &str, value: Value) -> String {
        self.sign(&self.header, &Self::with(&self.claims, name, value))
    }

    /// By an algorithm with a shared secret, which is what everybody may know of the key.
    fn with_secret(&self, algorithm: Algorithm, secret: &[u8]) -> String {
        let header = Header { kid: self.header["kid"].as_str().map(str::to_owned), ..Header::new(algorithm) };
        encode(&header, &self.claims, &EncodingKey::from_secret(secret)).expect("it is signed")
    }

    /// The three parts of the true token.
    fn parts(&self) -> [&str; 3] {
        let mut parts = self.token.split('.');
        [(); 3].map(|()| parts.next().expect("a part"))
    }
}

fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn sign(key: &SigningKey, header: &Value, claims: &Value) -> String {
    let said = format!("{}.{}", encoded(header), encoded(claims));
    let signature = URL_SAFE_NO_PAD.encode(key.sign(said.as_bytes()).to_bytes());
    format!("{said}.{signature}")
}

/// The name of a forgery, and the forgery.
type Cases = Vec<(String, String)>;

fn by_algorithm(forge: &Forge) -> Cases {
    let mut table = Cases::new();
    let mut case = |name: String, token: String| table.push((name, token));
    let [_, body, signature] = forge.parts();
    for spelled in ["none", "None", "NONE", "nOnE", ""] {
        let none = encoded(&Forge::with(&forge.header, "alg", json!(spelled)));
        case(format!("algorithm {spelled:?}, no signature"), format!("{none}.{body}."));
        case(format!("algorithm {spelled:?}, two parts"), format!("{none}.{body}"));
        case(format!("algorithm {spelled:?}, the old signature"), format!("{none}.{body}.{signature}"));
        case(format!("algorithm {spelled:?}, signed"), forge.with_header("alg", json!(spelled)));
    }
    for other in ["HS256", "HS384", "HS512", "RS256", "PS512", "ES256", "ES384", "Ed448", "eddsa"] {
        case(format!("algorithm {other}, our signature"), forge.with_header("alg", json!(other)));
    }
    let public = forge.key.verifying_key();
    let public_pem = public.to_public_key_pem(LineEnding::LF).expect("it is written");
    let private_pem: Zeroizing<String> = forge.key.to_pkcs8_pem(LineEnding::LF).expect("it is written");
    for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
        for (what, secret) in [
            ("the public key", public.as_bytes().as_slice()),
            ("the PEM of the public key", public_pem.as_bytes()),
            ("the PEM of the private key", private_pem.as_bytes()),
            ("nothing", b""),
        ] {
            case(format!("{algorithm:?}, the secret is {what}"), forge.with_secret(algorithm, secret));
        }
    }
    table
}

fn by_key(forge: &Forge) -> Cases {
    let mut table = Cases::new();
    let mut case = |name: String, token: String| table.push((name, token));
    let (header, claims) = (&forge.header, &forge.claims);
    let [_, body, _] = forge.parts();
    let strange = SigningKey::from_bytes(&[7; 32]);
    let strangely = |header: &Value| sign(&strange, header, claims);
    let of_its_own = Forge::with(header, "kid", json!("2026-01-01-000000"));
    let x = URL_SAFE_NO_PAD.encode(strange.verifying_key().as_bytes());
    let brought = Forge::with(header, "jwk", json!({"kty": "OKP", "crv": "Ed25519", "x": x}));
    case("another key under our id".to_owned(), strangely(header));
    case("another key, its own id".to_owned(), strangely(&of_its_own));
    case("another key, brought along".to_owned(), strangely(&brought));
    let no_id = Forge::with(&brought, "kid", Value::Null);
    case("another key, brought along, no id".to_owned(), strangely(&no_id));
    for name in ["jku", "x5u"] {
        let elsewhere = Forge::with(header, name, json!("http://127.0.0.1:9/keys.json"));
        case(format!("another key, to be fetched by {name}"), strangely(&elsewhere));
    }

    let key_id = header["kid"].as_str().expect("a key id");
    let file = forge.key_file.to_str().expect("a path");
    for path in [
        file,
        file.strip_suffix(".pem").expect("its name ends so"),
        &format!("{key_id}.pem"),
        &format!("./{key_id}"),
        &format!("x/../{key_id}"),
        &format!("{key_id}\0"),
        &format!("{key_id}/"),
        "../../../../../../dev/null",
        "/dev/null",
        "file:///dev/null",
        "' UNION SELECT 'key' --",
        "",
    ] {
        let header = Forge::with(header, "kid", json!(path));
        case(format!("key id {path:?}, signed with our key"), forge.sign(&header, claims));
        case(format!("key id {path:?}, signed with another"), strangely(&header));
        case(format!("key id {path:?}, no signature"), format!("{}.{body}.", encoded(&header)));
    }
    case("no key id".to_owned(), forge.with_header("kid", Value::Null));
    case("a key id that is a number".to_owned(), forge.with_header("kid", json!(1)));
    table
}

/// Signed as ours are, and still not what they say: only whoever holds the key could make them.
fn by_claims(forge: &Forge, app: &TestApp, admin: &Actor, foreigner: &Actor) -> Cases {
    let mut table = Cases::new();
    let mut case = |name: &str, token: String| table.push((name.to_owned(), token));
    let says = |name: &str, value: Value| forge.with_claim(name, value);
    case("of another organization", foreigner.token().expect("a token").to_owned());
    case("with another organization's id", says("org", json!(app.norte.id)));
    case("with an organization's id that is none", says("org", json!(app.clock.new_id())));
    case("with somebody else's id", says("sub", json!(admin.id)));
    case("with a foreigner's id", says("sub", json!(foreigner.id)));
    let foreign = Forge::with(&forge.claims, "sub", json!(foreigner.id));
    let foreign = Forge::with(&foreign, "sid", json!(foreigner.session));
    case("with a foreigner's id and session", forge.sign(&forge.header, &foreign));
    case("with somebody else's session", says("sid", json!(admin.session)));
    case("with a session that is none", says("sid", json!(app.clock.new_id())));
    case("of another issuer", says("iss", json!("portal")));
    case("of no issuer", says("iss", Value::Null));
    case("for links", says("iss", json!("portico link")));
    case("expired", says("exp", json!(app.clock.now().timestamp())));
    case("expired long ago", says("exp", json!(0)));
    case("with an end below zero", says("exp", json!(-1)));
    case("without an end", says("exp", Value::Null));
    case("with an end that is a text", says("exp", json!("9999999999")));
    case("with an end beyond all numbers", says("exp", json!(1e300)));
    for name in ["sub", "org", "sid", "iat"] {
        case(&format!("without {name}"), says(name, Value::Null));
    }
    table
}

fn by_shape(forge: &Forge, admin: &Actor) -> Cases {
    let mut table = Cases::new();
    let mut case = |name: &str, token: String| table.push((name.to_owned(), token));
    let [head, body, signature] = forge.parts();
    let of_admin = encoded(&Forge::with(&forge.claims, "sub", json!(admin.id)));
    let other_head = encoded(&Forge::with(&forge.header, "typ", json!("JOSE")));
    case("with changed claims under the old signature", format!("{head}.{of_admin}.{signature}"));
    case("with a changed header under the old signature", format!("{other_head}.{body}.{signature}"));
    case("without a signature", format!("{head}.{body}."));
    case("with a signature of nulls", format!("{head}.{body}.{}", URL_SAFE_NO_PAD.encode([0; 64])));
    case("with half a signature", format!("{head}.{body}.{}", &signature[..signature.len() / 2]));
    case("with something behind", format!("{}.{signature}", forge.token));
    case("of one part", head.to_owned());
    case("of dots", "..".to_owned());
    case("that is no base64", format!("{head}.*.{signature}"));
    case("with claims that are a list", forge.sign(&forge.header, &json!([])));
    case("with a header that is a list", forge.sign(&json!([]), &forge.claims));
    table
}

#[test]
fn forged_access_tokens_are_refused() {
    let app = TestApp::start();
    let person = app.acme.person().create(&app);
    let (admin, foreigner) = (app.acme.admin(&app), app.norte.admin(&app));
    let forge = Forge::new(person.token().expect("a token"));
    let client = |token: &str| app.client(&app.acme).with_token(token);
    // Before all: made by the same means, an honest token is taken.
    let honest = forge.sign(&forge.header, &forge.claims);
    client(&honest).get("/session").expect(200);

    let mut table = by_algorithm(&forge);
    table.extend(by_key(&forge));
    table.extend(by_claims(&forge, &app, &admin, &foreigner));
    table.extend(by_shape(&forge, &admin));
    let changing = json!({"first_name": "Mallory"});
    for (name, token) in &table {
        let client = client(token);
        for answer in [client.get("/session"), client.get("/open"), client.patch("/profile", 1, &changing)] {
            assert_eq!(answer.status, 401, "an access token: {name}: {}", answer.text);
        }
    }
    // At the other organization's host, and at the shared one for an organization that is not the person's.
    app.client(&app.norte).with_token(&honest).get("/session").expect(401);
    let moved = forge.with_claim("org", json!(app.norte.id));
    app.shared_client().with_token(&moved).get("/session").expect(401);
    client(&honest).get("/session").expect(200);
}
