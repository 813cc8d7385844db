import { describeChaos } from '../../support/chaos/describe-chaos.ts'
import { sentinelChaos } from '../../support/chaos/sentinel-chaos.ts'

describeChaos('a master with sentinels', sentinelChaos)
