// A class of tokens: its largest logit and that token, the probability mass of the class relative to it, and the token
// drawn from the class if nothing is truncated.
struct Class { top: f32, token: u32, mass: f32, drawn: u32, }
