//! A writer of JSON text. Integers of 64 bits go out as decimal strings, because a JavaScript number loses bits.

#[derive(Default)]
pub struct Json {
    pub out: Vec<u8>,
    after_value: bool,
}

impl Json {
    pub fn new() -> Self {
        Self::default()
    }

    fn separate(&mut self) {
        if self.after_value {
            self.out.push(b',');
        }
        self.after_value = true;
    }

    fn open(&mut self, c: u8) {
        self.separate();
        self.out.push(c);
        self.after_value = false;
    }

    fn close(&mut self, c: u8) {
        self.out.push(c);
        self.after_value = true;
    }

    pub fn object(&mut self, body: impl FnOnce(&mut Json)) {
        self.open(b'{');
        body(self);
        self.close(b'}');
    }

    pub fn array(&mut self, body: impl FnOnce(&mut Json)) {
        self.open(b'[');
        body(self);
        self.close(b']');
    }

    pub fn key(&mut self, name: &str) -> &mut Self {
        self.text(name);
        self.out.push(b':');
        self.after_value = false;
        self
    }

    pub fn text(&mut self, s: &str) {
        self.separate();
        self.out.push(b'"');
        for c in s.chars() {
            match c {
                '"' => self.out.extend_from_slice(b"\\\""),
                '\\' => self.out.extend_from_slice(b"\\\\"),
                c if (c as u32) < 0x20 => self.out.extend_from_slice(format!("\\u{:04x}", c as u32).as_bytes()),
                c => self.out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        self.out.push(b'"');
    }

    /// Text of unknown encoding.
    pub fn bytes_text(&mut self, s: &[u8]) {
        self.text(&String::from_utf8_lossy(s));
    }

    /// A number that fits a double exactly.
    pub fn number(&mut self, n: u64) {
        self.separate();
        self.out.extend_from_slice(n.to_string().as_bytes());
    }

    pub fn big(&mut self, n: u64) {
        self.separate();
        self.out.extend_from_slice(format!("\"{n}\"").as_bytes());
    }

    pub fn big_signed(&mut self, n: i128) {
        self.separate();
        self.out.extend_from_slice(format!("\"{n}\"").as_bytes());
    }

    pub fn boolean(&mut self, b: bool) {
        self.separate();
        self.out.extend_from_slice(if b { b"true" } else { b"false" });
    }

    pub fn null(&mut self) {
        self.separate();
        self.out.extend_from_slice(b"null");
    }

    /// Raw bytes as hex digits.
    pub fn hex(&mut self, bytes: &[u8]) {
        self.separate();
        self.out.push(b'"');
        for b in bytes {
            self.out.extend_from_slice(format!("{b:02x}").as_bytes());
        }
        self.out.push(b'"');
    }
}
