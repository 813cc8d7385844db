// What a take gets, and for how long it waits, while things happen to Redis: two nodes under a steady load, real
// processes. Run with `npm run chaos` in bench/; a word after it picks the scenarios whose name holds it.
import { type Chaos, runChaos } from '../../test/support/chaos/chaos.ts'
import { CAPACITY } from '../../test/support/chaos/chaos-load.ts'
import { clusterChaos } from '../../test/support/chaos/cluster-chaos.ts'
import { oneServerChaos } from '../../test/support/chaos/one-server-chaos.ts'
import { sentinelChaos } from '../../test/support/chaos/sentinel-chaos.ts'

const [only = ''] = process.argv.slice(2)
console.log(`Capacity ${CAPACITY} for each budget; used by what was admitted, in points, net of refunds.\n`)
const columns = ['scenario', 'takes', 'worst wait', 'store', 'local share', 'open', '503', 'forgotten', 'dropped']
console.log(`| ${columns.join(' | ')} |`)
console.log(
  `|---|${columns
    .slice(1)
    .map(() => '--:|')
    .join('')}`,
)
for (const chaos of [...oneServerChaos, ...clusterChaos, ...sentinelChaos]) {
  if (chaos.name.includes(only)) console.log(`| ${(await row(chaos)).join(' | ')} |`)
}

/** What the store admitted of the budget that fails closed, which is what must not be more than the capacity. */
async function row(chaos: Chaos): Promise<readonly (string | number)[]> {
  const { budgets, takes, worstMs, dropped } = await runChaos(chaos)
  const { local, open, closed } = budgets
  const forgotten = Math.max(...Object.values(budgets).map(({ byStore, inRedis }) => byStore - inRedis))
  const worst = `${Math.ceil(worstMs)} ms`
  return [chaos.name, takes, worst, closed.byStore, local.byNodes, open.byNodes, closed.refused, forgotten, dropped]
}
