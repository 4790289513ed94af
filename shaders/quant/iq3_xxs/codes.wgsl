//#import codec/decode
//#import lib/codes/codebook
