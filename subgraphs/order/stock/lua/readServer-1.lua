--[[
Reads the clock and the id of the server that has a product. The id is another one after every restart (run id), and after every
promotion of a replica (replication id): data that comes with either may be older than what was there before.

KEYS[1]  any key of the product

Returns { now in milliseconds, id }.
]]
local function info(section, field) return string.match(redis.call('INFO', section), field .. ':(%x+)') end
local server_id = info('server', 'run_id') .. info('replication', 'master_replid')

local time = redis.call('TIME')
return { time[1] * 1000 + math.floor(time[2] / 1000), server_id }
