/** Words that ops/likeliest writes for a position: the sampled token's logit, a sum, four ids and four logits. */
export const LIKELIEST_WORDS = 10;
