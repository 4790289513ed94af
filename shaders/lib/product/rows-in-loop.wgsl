// A driver of a CPU compiles for as long as a text is long: there the four rows of a product share the text of one. A
// GPU gets them one by one, so that the loads of all are under way together.
override ROWS_IN_LOOP: bool = false;
