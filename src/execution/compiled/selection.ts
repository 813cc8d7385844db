import type { ResponsePath } from 'graphql'
import type { SelectedField } from './field.ts'
import type { Frame } from './frame.ts'
import { generateSelection } from './generated-selection.ts'
import { isPromise } from './is-promise.ts'
import { type ExecutableSelection, Fields } from './values/complete-value.ts'
import { generateWriter } from './writing/generated-writer.ts'
import type { JsonOutput } from './writing/json-output.ts'
import { writeWhole } from './writing/written-as.ts'

/** The fields of an object, executed in their order; what is asynchronous of them at the same time. */
export function createSelection(fields: readonly SelectedField[]): ExecutableSelection {
  /** Executes the fields from one on, whose value is there already or throws. */
  function executeFrom(
    frame: Frame,
    source: unknown,
    path: ResponsePath | undefined,
    results: Results,
    from: number,
    first?: () => unknown,
  ): Fields | PromiseLike<Fields> {
    try {
      for (let index = from; index < fields.length; index++) {
        const field = fields[index]
        if (field === undefined) continue
        const isFirst = first !== undefined && index === from
        results.add(field, isFirst ? first() : field.run(frame, source, path))
      }
    } catch (thrown) {
      if (!results.containPromise) throw thrown
      // Those that are under way may fail too, and have to be waited for by somebody.
      return settled(results.fields).finally(() => {
        throw thrown
      })
    }
    return results.answer()
  }

  function resultsOf(values: readonly unknown[], length: number): Results {
    const results = new Results()
    for (let index = 0; index < length; index++) {
      const field = fields[index]
      if (field !== undefined) results.add(field, values[index])
    }
    return results
  }

  const executeEach: ExecutableSelection['execute'] = (frame, source, path) =>
    executeFrom(frame, source, path, new Results(), 0)
  const generated = generateSelection({
    fields,
    executeEach,
    assemble: (values) => resultsOf(values, values.length).answer(),
    recover(frame, source, path, values, at, thrown) {
      const first = (): unknown => {
        const property = fields[at]?.property
        if (property === undefined) throw thrown
        return property.fail(frame, path, thrown)
      }
      return executeFrom(frame, source, path, resultsOf(values, at), at, first)
    },
  })
  return writable(fields, generated ?? executeEach)
}

/** The root fields of a mutation: each begins when the one before it has ended. */
export function createSerialSelection(fields: readonly SelectedField[]): ExecutableSelection {
  function add(
    frame: Frame,
    source: unknown,
    path: ResponsePath | undefined,
    results: Fields,
    field: SelectedField,
  ): Fields | PromiseLike<Fields> {
    const value = field.run(frame, source, path)
    if (value === undefined) return results
    if (isPromise(value)) {
      return value.then((resolved) => {
        results[field.responseName] = resolved
        return results
      })
    }
    results[field.responseName] = value
    return results
  }
  return writable(fields, (frame, source, path) => {
    let results: Fields | PromiseLike<Fields> = bare(new Fields())
    for (const field of fields) {
      results = isPromise(results)
        ? results.then((before) => add(frame, source, path, before, field))
        : add(frame, source, path, results, field)
    }
    return results
  })
}

/** How its objects are written is made when the first one is: not all that is executed is written. */
function writable(fields: readonly SelectedField[], execute: ExecutableSelection['execute']): ExecutableSelection {
  const selection = {
    execute,
    write(output: JsonOutput, object: unknown): void {
      selection.write = generateWriter(fields) ?? writeWhole
      selection.write(output, object)
    },
  }
  return selection
}

/** Values as they come, under the names of their fields. */
class Results {
  readonly fields = new Fields()
  containPromise = false

  add({ responseName }: SelectedField, value: unknown): void {
    if (value === undefined) return
    this.fields[responseName] = value
    if (isPromise(value)) this.containPromise = true
  }

  answer(): Fields | PromiseLike<Fields> {
    return this.containPromise ? settled(this.fields) : bare(this.fields)
  }
}

/** What graphql-js answers has no prototype at all. */
function bare(results: Fields): Fields {
  return Object.setPrototypeOf(results, null)
}

function settled(results: Fields): Promise<Fields> {
  return Promise.all(Object.values(results)).then((values) => {
    let index = 0
    for (const name of Object.keys(results)) results[name] = values[index++]
    return bare(results)
  })
}
