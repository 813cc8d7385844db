import { describe, expect, test } from 'vitest'
import { createLogger, type Logger, type LoggerOptions } from '../../src/telemetry/logger.ts'

describe('a logger', () => {
  function open(level: LoggerOptions['level'] = 'info') {
    const lines: string[] = []
    const logger = createLogger({ level, destination: { write: (line) => lines.push(line) } })
    return { logger, lines }
  }

  test('writes one line of JSON with level, time and message for each entry', () => {
    const { logger, lines } = open()
    logger.info({ tier: 'free' }, 'two\nlines')
    logger.warn('more')
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { level: 'info', time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/), tier: 'free', msg: 'two\nlines' },
      { level: 'warn', msg: 'more' },
    ])
    expect(lines.every((line) => line.indexOf('\n') === line.length - 1)).toBe(true)
  })

  test('writes nothing below its level', () => {
    const { logger, lines } = open('warn')
    logger.info('no')
    logger.error('yes')
    expect(lines).toHaveLength(1)
    const silent = open('silent')
    silent.logger.fatal('no')
    expect(silent.lines).toEqual([])
  })

  describe('keeps to itself', () => {
    const SECRET = 'hush-4711'

    test.each<{ what: string; log(logger: Logger): void }>([
      { what: 'the header authorization', log: (log) => log.info({ headers: { authorization: `Basic ${SECRET}` } }) },
      { what: 'headers in any case', log: (log) => log.info({ Authorization: SECRET, 'X-API-Key': SECRET }) },
      {
        what: 'headers far down',
        log: (log) => log.info({ a: { b: [{ c: { req: { headers: { cookie: SECRET } } } }] } }),
      },
      { what: 'a header that came several times', log: (log) => log.info({ 'set-cookie': ['a]"b', SECRET, SECRET] }) },
      { what: 'a key with quotes and backslashes', log: (log) => log.info({ 'x-api-key': `"\\"${SECRET}\\` }) },
      { what: 'what a child logger was given', log: (log) => log.child({ 'x-api-key': SECRET }).info('hello') },
      { what: 'a field password', log: (log) => log.info({ redis: { host: 'a', password: SECRET } }) },
      { what: 'raw headers', log: (log) => log.info({ rawHeaders: ['Authorization', `Bearer ${SECRET}`] }) },
      { what: 'a bearer token in a message', log: (log) => log.info(`got Authorization: bearer ${SECRET}.a-b_c==`) },
      { what: 'the password of a URL', log: (log) => log.info({ url: `redis://user:${SECRET}@host:6379/0` }) },
      { what: 'the password of a URL without a user', log: (log) => log.info(`redis+cluster://:${SECRET}@a:1,b:2`) },
      { what: 'a password with an @', log: (log) => log.info(`postgres://me:${SECRET}@${SECRET}@host/db`) },
      { what: 'a password with quotes and backslashes', log: (log) => log.info(`redis://:"a\\${SECRET}"@host`) },
      { what: 'a password in a query', log: (log) => log.info(`postgres://host/db?user=me&password=${SECRET}&ssl=1`) },
      { what: 'the password in an error', log: (log) => log.error(new Error(`cannot reach redis://:${SECRET}@host`)) },
      {
        what: 'the password in the cause of an error',
        log: (log) => log.error({ err: new Error('down', { cause: new Error(`redis://:${SECRET}@host`) }) }, 'down'),
      },
    ])('$what', ({ log }) => {
      const { logger, lines } = open()
      log(logger)
      expect(lines).toHaveLength(1)
      expect(lines[0]).not.toContain(SECRET)
      expect(lines[0]).toContain('[redacted]')
      expect(() => JSON.parse(lines[0] ?? '')).not.toThrow()
    })
  })

  test('leaves everything beside a secret as it is', () => {
    const { logger, lines } = open()
    const entry = {
      req: {
        method: 'POST',
        url: '/graphql?query={a:b}',
        headers: { host: 'a:80', authorization: 'Basic x', accept: '*' },
      },
      redis: 'redis://me:x@host:6379/3',
      site: 'http://host:80/me@example.com',
      lines: 'http://host:80\nme@example.com',
      authorizations: 'no header',
      bearer: 'of bad news',
    }
    logger.info(entry)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      ...entry,
      req: { ...entry.req, headers: { host: 'a:80', authorization: '[redacted]', accept: '*' } },
      redis: 'redis://me:[redacted]@host:6379/3',
    })
  })

  test('takes time in proportion to a line, whatever the line holds', () => {
    const { logger, lines } = open()
    const hostile = ['"cookie":["', 'a://b:', '\\"', 'bearer ', '?password=', '"password":"\\', 'a+.-'].map((part) =>
      part.repeat(200_000 / part.length),
    )
    const start = performance.now()
    for (const text of hostile) logger.info({ cookie: [text, text], text, [text]: text }, text)
    expect(performance.now() - start).toBeLessThan(2_000)
    expect(lines).toHaveLength(hostile.length)
  })
})
