/** Tables of a benchmark: printed as Markdown while measuring, and kept as rows. */
export class BenchTable {
  readonly rows: Record<string, unknown>[] = [];

  print(line: string): void {
    process.stdout.write(`${line}\n`);
  }
  heading(title: string, ...columns: string[]): void {
    this.print(`\n**${title}**\n\n| ${columns.join(' | ')} |\n|${columns.map(() => '---').join('|')}|`);
  }
  /** Adds a row to the named table. */
  record(table: string, row: Record<string, string | number>): void {
    this.rows.push({ table, ...row });
    this.print(`| ${Object.values(row).join(' | ')} |`);
  }
}
