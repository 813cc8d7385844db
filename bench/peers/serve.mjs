// One server of the comparison in a process of its own: `node serve.mjs <server> [protected]`. Prints its address.
// Each is imported only where it is the one, so that no process has the code of another in its memory.
const [server, mode] = process.argv.slice(2)
const isProtected = mode === 'protected'

// A profile is written when a process ends by itself.
process.on('SIGTERM', () => process.exit())

const url = await start()
console.log(`READY ${url}`)

async function tollgate() {
  const { tollgateServer } = await import('./servers/tollgate.mjs')
  const alone = () => tollgateServer(isProtected)
  if (Number(process.env.WEB_CONCURRENCY ?? 1) === 1) return atPort(await alone())
  return atPort(await (await import('./tollgate/serve-workers.mjs')).serveWorkers(alone))
}

function atPort(port) {
  return `http://127.0.0.1:${port}/graphql`
}

async function start() {
  switch (server) {
    case 'apollo':
      return standalone(await (await import('./servers/apollo.mjs')).apolloStandalone(isProtected))
    case 'apollo-fastify':
      return (await import('./servers/apollo.mjs')).apolloFastify(isProtected)
    case 'yoga':
      return (await import('./servers/yoga.mjs')).yogaServer(isProtected)
    case 'mercurius':
      return (await import('./servers/mercurius.mjs')).mercuriusServer(isProtected, false)
    case 'mercurius-jit':
      return (await import('./servers/mercurius.mjs')).mercuriusServer(isProtected, true)
    case 'tollgate':
      return tollgate()
    default:
      throw new Error(`There is no server ${server}`)
  }
}

/** Apollo's own server answers at every path, and tells its address with a host that may have several. */
function standalone(url) {
  return atPort(new URL(url).port)
}
