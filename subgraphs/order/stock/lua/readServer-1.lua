--[[
Reads the clock and the run id of the server that has a product.

KEYS[1]  any key of the product

Returns { now in milliseconds, run id }.
]]
local time = redis.call('TIME')
return {
  time[1] * 1000 + math.floor(time[2] / 1000),
  string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
}
