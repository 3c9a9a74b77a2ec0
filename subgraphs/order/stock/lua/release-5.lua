--[[
Reservations that will never be orders give their units back. One that is not there, or is settled already, is left alone.
The key stays known as settled: MySQL has its tombstone.

KEYS[1]  stock     of the reservations' epoch, as are the others
KEYS[2]  due
KEYS[3]  records
KEYS[4]  settled
KEYS[5]  holding
ARGV[1]  for how long the keys are remembered, in milliseconds
then the order ids

Returns how many were released.
]]
-- @include "include/clock.lua"
-- @include "include/record.lua"
local forget_at = now + tonumber(ARGV[1])
local counts_holdings = redis.call('HGET', KEYS[1], 'limited') == '1'

local released, units = 0, 0
for i = 2, #ARGV do
  local quantity, _, user_id = read_whole_reservation(redis.call('HGET', KEYS[3], ARGV[i]))
  if quantity then
    redis.call('HSET', KEYS[3], ARGV[i], SETTLED)
    redis.call('ZREM', KEYS[2], ARGV[i])
    redis.call('ZADD', KEYS[4], forget_at, ARGV[i])
    if counts_holdings then redis.call('HINCRBY', KEYS[5], user_id, -quantity) end
    released, units = released + 1, units + tonumber(quantity)
  end
end
if units > 0 then redis.call('HINCRBY', KEYS[1], 'reserved', -units) end
return released
