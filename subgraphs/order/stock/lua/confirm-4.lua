--[[
Reservations whose orders are committed become sold units. One that is not there, or is settled already, is left alone.

KEYS[1]  stock     of the reservations' epoch, as are the others
KEYS[2]  due
KEYS[3]  records
KEYS[4]  settled
ARGV[1]  for how long the keys are remembered, in milliseconds
then the order ids

Returns how many were confirmed.
]]
local time = redis.call('TIME')
local forget_at = time[1] * 1000 + math.floor(time[2] / 1000) + tonumber(ARGV[1])

local confirmed, units = 0, 0
for i = 2, #ARGV do
  local quantity = string.match(redis.call('HGET', KEYS[3], ARGV[i]) or '', '^R:(%d+):')
  if quantity then
    redis.call('HSET', KEYS[3], ARGV[i], 'S')
    redis.call('ZREM', KEYS[2], ARGV[i])
    redis.call('ZADD', KEYS[4], forget_at, ARGV[i])
    confirmed, units = confirmed + 1, units + tonumber(quantity)
  end
end
if units > 0 then
  redis.call('HINCRBY', KEYS[1], 'reserved', -units)
  redis.call('HINCRBY', KEYS[1], 'sold', units)
end
return confirmed
