// SPDX-License-Identifier: ISC
// Logs in to a pool with the public JavaScript client, lists its VMs and logs out.
// Arguments: the directory that holds node_modules, the server's URL, user and password.

import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const [directory, url, user, password] = process.argv.slice(2)
const require = createRequire(pathToFileURL(directory + '/'))
const { createClient } = await import(pathToFileURL(require.resolve('xen-api')))

const client = createClient({ url, auth: { user, password }, allowUnauthorized: true })
await client.connect()
const vms = await client.call('VM.get_all_records')
await client.objectsFetched
const watched = Object.values(client.objects.all).filter(object => object.$type === 'VM')
await client.disconnect()

console.log(JSON.stringify({
  listed: Object.values(vms).map(vm => vm.name_label).sort(),
  watched: watched.map(vm => vm.name_label).sort(),
}))
