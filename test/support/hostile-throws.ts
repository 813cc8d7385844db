import { GraphQLError } from 'graphql'

/** What a resolver may throw, and what breaks whoever looks at it. None of it is for clients. */
export const hostileThrows = {
  null: () => null,
  undefined: () => undefined,
  'a string': () => 'the password is hush',
  'a BigInt': () => 1n,
  'a symbol': () => Symbol('hush'),
  'an object whose properties throw': () => throwing({}, 'anything'),
  'an object that cannot be inspected': () => ({
    [Symbol.for('nodejs.util.inspect.custom')]() {
      throw new Error('hush')
    },
  }),
  'a proxy that throws': () => new Proxy({}, { get: fail, getPrototypeOf: fail, ownKeys: fail }),
  'a frozen error': () => Object.freeze(new Error('the password is hush')),
  'an error whose message throws': () => throwing(new Error('hush'), 'message'),
  'an error whose message is a symbol': () =>
    Object.defineProperty(new Error('hush'), 'message', { value: Symbol('m') }),
  'an error whose stack throws': () => throwing(new Error('hush'), 'stack'),
  'an error whose toString throws': () => Object.assign(new Error('hush'), { toString: fail }),
  'an error whose path throws': () => throwing(new Error('hush'), 'path'),
  'an error whose extensions throw': () => throwing(new Error('hush'), 'extensions'),
  'an error whose cause throws': () => new Error('hush', { cause: throwing(new Error('hush'), 'message') }),
  'an error that is its own cause': () => {
    const error = new Error('hush')
    error.cause = error
    return error
  },
  'a GraphQLError with circular extensions': () => {
    const extensions: Record<string, unknown> = { code: 'SEEN' }
    extensions['self'] = extensions
    return new GraphQLError('hush', { extensions })
  },
  'a GraphQLError with a BigInt': () => new GraphQLError('hush', { extensions: { code: 'SEEN', amount: 1n } }),
  'a GraphQLError whose code throws': () => new GraphQLError('hush', { extensions: throwing({}, 'code') }),
  'a frozen GraphQLError': () => Object.freeze(new GraphQLError('hush')),
} as const

function fail(): never {
  throw new Error('the password is hush')
}

function throwing<Value extends object>(value: Value, name: string): Value {
  return Object.defineProperty(value, name, { enumerable: true, get: fail })
}
