--[[
Writes one reservation, for a caller who has checked it under the product's admission lock and may have lost that since. What
needs no lock to change, since other processes admit by another script and time goes on, is checked once more.

KEYS[1]  the admission lock
KEYS[2]  stock     of the reservation's epoch, as are the others
KEYS[3]  due
KEYS[4]  records
KEYS[5]  holding
KEYS[6]  refused, in even periods
KEYS[7]  refused, in odd periods
KEYS[8]  since when refusals are remembered, where they may have been lost
ARGV[1]  the lock's token
ARGV[2]  order id
ARGV[3]  user id
ARGV[4]  quantity
ARGV[5]  how long the reservation may stay unsettled, in milliseconds
ARGV[6]  the purchase's deadline, in milliseconds since 1970
ARGV[7]  when the sale closes, in milliseconds since 1970; 0: never
ARGV[8]  when the attempt began, in milliseconds since 1970

Returns the sequence number; or, with nothing written
   0  when the lock or the epoch was lost, or the deadline has passed
  -1  when the sale has closed since the read, or the key has been admitted: read again
  -2  when a later attempt under the same key was refused for good, so this one must not buy
]]
-- @include "include/clock.lua"
-- @include "include/record.lua"
-- @include "include/refusals.lua"
if redis.call('GET', KEYS[1]) ~= ARGV[1] or redis.call('EXISTS', KEYS[2]) == 0 or now > tonumber(ARGV[6]) then
  return 0
end
local closes_at = tonumber(ARGV[7])
if closes_at ~= 0 and now >= closes_at or redis.call('HEXISTS', KEYS[4], ARGV[2]) == 1 then return -1 end

if tonumber(ARGV[8]) <= latest_refusal(now, KEYS[6], KEYS[7], KEYS[8], ARGV[2]) then return -2 end

local seq = redis.call('HINCRBY', KEYS[2], 'seq', 1)
redis.call('HINCRBY', KEYS[2], 'reserved', ARGV[4])
redis.call('HSET', KEYS[4], ARGV[2], reservation_record(ARGV[4], seq, ARGV[3]))
redis.call('ZADD', KEYS[3], now + tonumber(ARGV[5]), ARGV[2])
if redis.call('HGET', KEYS[2], 'limited') == '1' then redis.call('HINCRBY', KEYS[5], ARGV[3], ARGV[4]) end
return seq
