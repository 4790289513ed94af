/** Raised by a template, or by what it does; the message is Python's where a template may show it. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}
