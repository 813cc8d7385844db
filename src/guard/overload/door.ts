import { PRIORITIES } from './waiting-room.ts'

/**
 * Which share of the operations of each priority comes in at all. What waits long is mostly turned away in the end, and
 * costs less if that is known before its body is read. After DAGOR (Zhou et al., Overload Control for Scaling WeChat
 * Microservices, 2018): one threshold that moves up while the queue stands, and down while it does not.
 */
export interface Door {
  /** From a small share, so that it is seen when there is room again, to 1. */
  shareOf(priority: number): number
  arrived(priority: number): void
  /**
   * A period is over, in which the queue stood, or went away, or neither. Of those who left it, this part was served:
   * the others had been let in and read in vain.
   */
  periodEnded(queue: 'standing' | 'gone' | 'moving', servedShare: number): void
}

/** This much of what is closed comes in. */
const TRICKLE = 0.02
const CLOSING = 0.92
const OPENING = 1.15
/** How many periods a priority is known that nobody comes with. */
const REMEMBERED_PERIODS = 100

export function createDoor(): Door {
  const unseenPeriods = new Array<number>(PRIORITIES).fill(REMEMBERED_PERIODS)
  // All below the threshold is closed, all above it is open, and of itself this share.
  let threshold = 0
  let openShare = 1

  const seen = (priority: number) => (unseenPeriods[priority] ?? REMEMBERED_PERIODS) < REMEMBERED_PERIODS

  function close(servedShare: number): void {
    const higher = unseenPeriods.findIndex((_, priority) => priority > threshold && seen(priority))
    if (!seen(threshold) || openShare <= TRICKLE) {
      if (higher < 0) return
      // The highest that comes is never closed, its share alone becomes small.
      threshold = higher
      openShare = 1
    }
    openShare = Math.max(TRICKLE, openShare * Math.min(CLOSING, Math.max(0.8, servedShare)))
  }

  function open(): void {
    openShare = openShare * OPENING + 0.002
    if (openShare < 1) return
    openShare = 1
    if (threshold === 0) return
    threshold = Math.max(
      0,
      unseenPeriods.findLastIndex((_, priority) => priority < threshold && seen(priority)),
    )
    openShare = TRICKLE
  }

  return {
    shareOf(priority) {
      if (priority > threshold) return 1
      return priority === threshold ? openShare : TRICKLE
    },
    arrived(priority) {
      unseenPeriods[priority] = 0
    },
    periodEnded(queue, servedShare) {
      unseenPeriods.forEach((periods, priority) => {
        unseenPeriods[priority] = periods + 1
      })
      if (queue === 'standing') close(servedShare)
      if (queue === 'gone') open()
    },
  }
}
