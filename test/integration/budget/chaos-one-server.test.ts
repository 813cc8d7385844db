import { describeChaos } from '../../support/chaos/describe-chaos.ts'
import { oneServerChaos } from '../../support/chaos/one-server-chaos.ts'

describeChaos('a redis-server', oneServerChaos)
