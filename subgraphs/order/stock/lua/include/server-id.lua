-- The id of the server that runs the script: another one after every restart (run id) and every promotion of a replica (replication id).
local function info(section, field) return string.match(redis.call('INFO', section), field .. ':(%x+)') end
local server_id = info('server', 'run_id') .. info('replication', 'master_replid')
