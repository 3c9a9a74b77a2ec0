--[[
Reads all that must agree with all else in the keys of a product, at one moment. A key of another type is an error.

KEYS[1]  gate
KEYS[2]  stock     of the epoch in ARGV[1], as are the others
KEYS[3]  due
KEYS[4]  records
KEYS[5]  settled
KEYS[6]  holding
KEYS[7]  applied
ARGV[1]  the epoch that the caller takes to be the current one
ARGV[2]  how many open reservations are added up at the most

Returns { now in milliseconds, state, ... }, or the error UNREADABLE where a reservation is due that has no record; state is
  0  not ready
  1  the gate is at another epoch, which follows
  2  ready; follow total, sold, reserved, seq and `limited` as they are written, the number of open reservations, their units (-1: too
     many to add up), and what changes with each movement that is applied: how many are remembered, and the last of them
]]
-- @include "include/current-epoch.lua"
-- @include "include/record.lua"

local stock = redis.call('HMGET', KEYS[2], 'total', 'sold', 'reserved', 'seq', 'limited')
if not (stock[1] and stock[2] and stock[3] and stock[4]) then return { now, 0 } end

local PER_CALL = 1000
local open, units = redis.call('ZCARD', KEYS[3]), 0
if open > tonumber(ARGV[2]) then
  units = -1
elseif open > 0 then
  local order_ids = redis.call('ZRANGE', KEYS[3], 0, -1)
  for first = 1, open, PER_CALL do
    local records = redis.call('HMGET', KEYS[4], unpack(order_ids, first, math.min(first + PER_CALL - 1, open)))
    for _, record in ipairs(records) do
      local quantity = read_whole_reservation(record)
      if not quantity then return redis.error_reply('UNREADABLE record of a reservation that is due') end
      units = units + tonumber(quantity)
    end
  end
end

redis.call('HEXISTS', KEYS[4], '')
redis.call('ZCARD', KEYS[5])
redis.call('HEXISTS', KEYS[6], '')
local last_applied = redis.call('ZRANGE', KEYS[7], -1, -1)
return {
  now, 2, stock[1], stock[2], stock[3], stock[4], stock[5] or '', open, units,
  redis.call('ZCARD', KEYS[7]), last_applied[1] or ''
}
