import { versions } from '../machine.mjs'
import { LEFT_OUT, PEERS } from '../peers.mjs'
import { WORK } from '../work.mjs'

/** What was compared, and how: Markdown. */
export function compared(peers, works, conditions) {
  const { processors, memoryGiB, node, redis, wrk, pins, loadAverage } = conditions
  const { rounds, seconds, warmUpSeconds, connections, resolvers, redisDeadline } = conditions
  return [
    '## What was compared',
    '',
    `- Machine: ${processors}, ${memoryGiB} GiB; Node ${node}, redis-server ${redis}; ${pins}. Its load average was ${loadAverage} at the start.`,
    `- Load: wrk ${wrk}, one thread, ${connections} connections, each with the next request as soon as it has its answer; ${seconds} s counted after ${warmUpSeconds} s that are not.`,
    `- ${rounds} rounds. In each, every server is started anew, with NODE_ENV=production, and does all work; the order changes from round to round. Figures are medians of the rounds, with the lowest and the highest.`,
    `- One schema and 1 000 users with 5 posts each in memory; ${resolvers} resolvers. Every answer was compared with that of graphql-js, before and after.`,
    `- No budget ends and no limit is met: what is measured is what looking at them takes. Tollgate waits ${redisDeadline} for Redis, and then decides alone.`,
    '',
    '| server | versions | settings | protection |',
    '|---|---|---|---|',
    ...peers.map((id) => {
      const { name, packages, settings, protection } = PEERS[id]
      return `| ${name} | ${versions(packages).join(', ')} | ${settings} | ${protection ?? 'none'} |`
    }),
    '',
    ...works.map((key) => `- Work ${WORK[key].title}`),
    ...Object.entries(LEFT_OUT).map(([name, reason]) => `- Left out: ${name}. ${reason}`),
    '',
  ].join('\n')
}
