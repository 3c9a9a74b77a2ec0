--[[
Finds reservations of the current epoch that should have been settled by now.

KEYS[1]  gate
KEYS[2]  due       of the epoch in ARGV[1]
KEYS[3]  records   of the same
KEYS[4]  stock     of the same
ARGV[1]  the epoch that the caller takes to be the current one
ARGV[2]  how many at the most
ARGV[3]  how far ahead a reservation may be due, in milliseconds: one that is due later is due now, as no script has written that

Returns { now in milliseconds, state, ... }; state is
  0  not ready
  1  the gate is at another epoch, which follows
  2  ready; follow how many reservations there are in all, and then for each that is due its order id and its record
]]
-- @include "include/current-epoch.lua"
if redis.call('EXISTS', KEYS[4]) == 0 then return { now, 0 } end

local answer = { now, 2, redis.call('ZCARD', KEYS[2]) }
local function find(from, to)
  for _, order_id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], from, to, 'LIMIT', 0, ARGV[2])) do
    answer[#answer + 1] = order_id
    answer[#answer + 1] = redis.call('HGET', KEYS[3], order_id) or ''
  end
end
find('-inf', now)
find('(' .. (now + ARGV[3]), '+inf')
return answer
