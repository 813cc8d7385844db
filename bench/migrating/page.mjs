// Reads a migration page, so that the other library is asked about what stands there and nothing else.
import { readFileSync } from 'node:fs'

/** The blocks of a page by the word behind their language, and the rows of its table with a column for the library. */
function readPage(name) {
  const text = readFileSync(new URL(`../../docs/guides/migrating/${name}.md`, import.meta.url), 'utf8')
  const blocks = {}
  for (const [, info, variables, block] of text.matchAll(/^```\w+ (\w+) ?(.*)\n([\s\S]*?)\n```$/gm)) {
    blocks[info] = { text: block, variables }
  }
  const lines = text.split('\n')
  const head = lines.findIndex((line) => line.startsWith('| Operation') && line.includes(`| ${name} `))
  const titles = cellsOf(lines[head])
  const rows = []
  for (const line of lines.slice(head + 2)) {
    if (!line.startsWith('|')) break
    const cells = Object.fromEntries(cellsOf(line).map((cell, index) => [titles[index], cell]))
    rows.push({ operation: cells.Operation, variables: JSON.parse(cells.Variables || '{}'), said: cells[name] })
  }
  return { text, blocks, rows }
}

/** Prints what the library answers beside what the page says; the process fails where they differ. */
export function compare(name, price) {
  const { text, blocks, rows } = readPage(name)
  const [, said] = new RegExp(`${name}: (\\d+)`).exec(text.replace(/\s+/g, ' ')) ?? []
  const { text: operation, variables } = blocks.operation
  const example = { operation, variables: JSON.parse(variables), said }
  for (const { operation, variables, said } of [example, ...rows]) {
    const answered = String(price(blocks.theirs.text, operation, variables))
    if (answered !== said) process.exitCode = 1
    const [line] = operation
      .replace(/\s*#.*$/gm, '')
      .replace(/\s+/g, ' ')
      .match(/.{1,90}/)
    console.log(`${answered.padStart(6)}  ${answered === said ? 'as the page says' : `the page says ${said}`}  ${line}`)
  }
}

function cellsOf(line) {
  return line
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim().replace(/^`(.*)`$/, '$1'))
}
