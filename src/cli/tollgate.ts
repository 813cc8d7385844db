#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { EXIT_BAD_INPUT, type ExplainOptions, explain } from './explain.ts'

const program = new Command('tollgate')
  .description('Knows what a GraphQL operation costs before it runs.')
  .version(packageVersion())
  .exitOverride()

program
  .command('serve')
  .description('Serve the storefront, configured by tollgate.yaml and the environment, as npm start does.')
  .action(async () => {
    await import('../main.ts')
  })

program
  .command('explain')
  .description('Print what an operation costs and which response paths the cost comes from.')
  .requiredOption('--schema <paths...>', 'SDL: files, folders or globs')
  .requiredOption('--operation <file>', 'the document; - reads it from stdin')
  .option('--operation-name <name>', 'which operation, where the document has several')
  .option('--variables <json>', 'the variables, as a JSON object')
  .option('--json', 'print the explanation as JSON')
  .option('--default-list-size <items>', 'items of a list that nothing else gives a size (default: 10)', numberFrom0)
  .addOption(new Option('--preset <name>', 'whose weights hold by default').choices(['ibm', 'apolloRouter']))
  .option('--max-cost <cost>', 'exit with 1 where the estimated cost is above', numberFrom0)
  .addHelpText('after', '\nExit codes: 0 explained, 1 above --max-cost, 2 input that cannot be used.')
  .action(async (options: ExplainOptions) => {
    const { exitCode, stdout, stderr } = await explain(options, process.stdin)
    process.stdout.write(stdout)
    process.stderr.write(stderr)
    process.exitCode = exitCode
  })

// A reader such as `head` may close the pipe early.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof CommanderError)) throw error
  // Commander has said what it has to say; it exits with 0 after --help and --version.
  process.exitCode = error.exitCode === 0 ? 0 : EXIT_BAD_INPUT
}

function numberFrom0(text: string): number {
  const number = text.trim() === '' ? Number.NaN : Number(text)
  if (!(number >= 0)) throw new InvalidArgumentError('A number from 0 to Infinity is allowed.')
  return number
}

function packageVersion(): string {
  const { version }: { version: string } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  )
  return version
}
