// `npx vite examples/page`: the built-in model and the texts are served from the checkout's public folder.
export default { publicDir: '../../public' };
