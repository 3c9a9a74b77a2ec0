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
-- @include "include/clock.lua"
-- @include "include/record.lua"
local forget_at = now + tonumber(ARGV[1])

local confirmed, units = 0, 0
for i = 2, #ARGV do
  local quantity = read_reservation(redis.call('HGET', KEYS[3], ARGV[i]))
  if quantity then
    redis.call('HSET', KEYS[3], ARGV[i], SETTLED)
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
