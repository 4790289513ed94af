/** Tables of a benchmark: Markdown to standard output as it is measured, and kept as rows. */
export class BenchTable {
  readonly rows: Record<string, unknown>[] = [];

  print(line: string): void {
    process.stdout.write(`${line}\n`);
  }
  heading(title: string, ...columns: string[]): void {
    this.print(`\n**${title}**\n\n| ${columns.join(' | ')} |\n|${columns.map(() => '---').join('|')}|`);
  }
  /** A row of the table of that name. */
  record(table: string, row: Record<string, string | number>): void {
    this.rows.push({ table, ...row });
    this.print(`| ${Object.values(row).join(' | ')} |`);
  }
}
