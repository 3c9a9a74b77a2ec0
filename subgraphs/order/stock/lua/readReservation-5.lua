--[[
Reads all that decides about one purchase, for a caller who holds the product's admission lock.

KEYS[1]  gate
KEYS[2]  stock     of the epoch in ARGV[1], as are the others
KEYS[3]  due       (unused, so that both scripts of the lock strategy take the same keys)
KEYS[4]  records
KEYS[5]  holding
ARGV[1]  the epoch that the caller takes to be the current one
ARGV[2]  order id
ARGV[3]  user id
ARGV[4]  id of the MySQL server that what is admitted will be written to

Returns { now in milliseconds, state, ... }; state is
  0  not ready
  1  the gate is at another epoch, which follows
  2  ready; follow total, sold, reserved, whether holdings are counted (1), units that the user holds, and the record of
     the order ('' for none)
]]
-- @include "include/current-epoch.lua"

local stock = redis.call('HMGET', KEYS[2], 'total', 'sold', 'reserved', 'limited', 'source')
local total, sold, reserved = tonumber(stock[1]), tonumber(stock[2]), tonumber(stock[3])
if stock[5] ~= ARGV[4] then return { now, 0 } end
if not (total and sold and reserved) then return { now, 0 } end
return {
  now, 2, total, sold, reserved, stock[4] == '1' and 1 or 0,
  tonumber(redis.call('HGET', KEYS[5], ARGV[3]) or 0), redis.call('HGET', KEYS[4], ARGV[2]) or ''
}
