//! Bytes on their way into a backup and out of it: compressed (zstd), then encrypted (age) to one key. Both in a stream, so
//! the size of what passes does not matter; nothing plain is written anywhere.

use std::io::{self, BufReader, Read, Write};

use age::{
    DecryptError, Decryptor, Encryptor, Identity, Recipient,
    stream::{StreamReader, StreamWriter},
};
use anyhow::{Result, anyhow};

/// zstd's own default: a higher one costs more time than it saves room.
const LEVEL: i32 = 3;

/// Writes what is compressed and encrypted into `W`.
pub struct Sealing<W: Write>(zstd::Encoder<'static, StreamWriter<W>>);

impl<W: Write> std::fmt::Debug for Sealing<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealing")
    }
}

impl<W: Write> Sealing<W> {
    /// Begins to write for whoever has the secret half of this key.
    pub fn begin(to: &impl Recipient, out: W) -> Result<Self> {
        Self::begin_for(std::slice::from_ref(to), out)
    }

    /// Begins to write for whoever has the secret half of any of these keys.
    pub fn begin_for<R: Recipient>(to: &[R], out: W) -> Result<Self> {
        let to = to.iter().map(|one| -> &dyn Recipient { one });
        let encrypted = Encryptor::with_recipients(to)?.wrap_output(out)?;
        Ok(Self(zstd::Encoder::new(encrypted, LEVEL)?))
    }

    /// Writes the end, without which it cannot be opened.
    pub fn finish(self) -> Result<W> {
        Ok(self.0.finish()?.finish()?)
    }
}

impl<W: Write> Write for Sealing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        // What is compressed so far would be cut into pieces: the end alone is flushed.
        Ok(())
    }
}

/// Reads what was sealed.
pub struct Opening<R: Read>(zstd::Decoder<'static, BufReader<StreamReader<R>>>);

impl<R: Read> std::fmt::Debug for Opening<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Opening")
    }
}

impl<R: Read> Opening<R> {
    /// Begins to read with the secret half of the key.
    pub fn begin(with: &impl Identity, from: R) -> Result<Self> {
        let with: &dyn Identity = with;
        let decryptor = Decryptor::new(from).map_err(|error| why("it is no age file", error))?;
        let opened =
            decryptor.decrypt(std::iter::once(with)).map_err(|error| why("it does not open", error))?;
        Ok(Self(zstd::Decoder::new(opened)?))
    }
}

/// The library takes its own words from files, which a program built for development looks for where cargo has put them, and
/// panics where it may not read them.
fn why(what: &'static str, error: DecryptError) -> anyhow::Error {
    match error {
        DecryptError::Io(error) => anyhow::Error::new(error).context(what),
        DecryptError::NoMatchingKeys => anyhow!("{what}: it is sealed for other keys"),
        other => anyhow!("{what}: {other:?}"),
    }
}

impl<R: Read> Read for Opening<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

#[cfg(test)]
mod tests {
    use age::x25519;
    use proptest::prelude::*;

    use super::*;

    fn sealed(to: &x25519::Identity, bytes: &[u8]) -> Vec<u8> {
        let mut sealing = Sealing::begin(&to.to_public(), Vec::new()).expect("it begins");
        sealing.write_all(bytes).expect("it is written");
        sealing.finish().expect("it ends")
    }

    fn opened(with: &x25519::Identity, bytes: &[u8]) -> Result<Vec<u8>> {
        let mut found = Vec::new();
        Opening::begin(with, bytes)?.read_to_end(&mut found)?;
        Ok(found)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        /// Whichever byte is changed, wherever it is cut off, whatever is behind it: it does not open, or not to the end.
        #[test]
        fn only_what_was_sealed_opens(
            bytes in prop::collection::vec(any::<u8>(), 0..200_000),
            at in any::<prop::sample::Index>(),
            flip in 1_u8..,
            more in prop::collection::vec(any::<u8>(), 1..40),
        ) {
            let key = x25519::Identity::generate();
            let whole = sealed(&key, &bytes);
            prop_assert_eq!(opened(&key, &whole).expect("it opens"), bytes);
            let at = at.index(whole.len());
            let mut flipped = whole.clone();
            flipped[at] ^= flip;
            prop_assert!(opened(&key, &flipped).is_err());
            prop_assert!(opened(&key, &whole[..at]).is_err());
            prop_assert!(opened(&key, &[whole.as_slice(), &more].concat()).is_err());
            prop_assert!(opened(&x25519::Identity::generate(), &whole).is_err());
        }
    }

    #[test]
    fn what_is_sealed_twice_looks_different() {
        let key = x25519::Identity::generate();
        assert_ne!(sealed(&key, b"the same"), sealed(&key, b"the same"));
    }
}
