//#import codec/decode
//#import lib/lattice-codes
