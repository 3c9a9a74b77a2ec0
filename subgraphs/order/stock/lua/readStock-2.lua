--[[
Reads the numbers of a product.

KEYS[1]  gate
KEYS[2]  stock, of the epoch in ARGV[1]
ARGV[1]  the epoch that the caller takes to be the current one
ARGV[2]  id of the MySQL server whose numbers are wanted; empty: of any

Returns { now in milliseconds, state, ... }; state is
  0  not ready
  1  the gate is at another epoch, which follows
  2  ready; follow total, sold, reserved, and whether holdings are counted (1) or not (0)
]]
-- @include "include/current-epoch.lua"

local stock = redis.call('HMGET', KEYS[2], 'total', 'sold', 'reserved', 'seq', 'limited', 'source')
local total, sold, reserved = tonumber(stock[1]), tonumber(stock[2]), tonumber(stock[3])
if ARGV[2] ~= '' and stock[6] ~= ARGV[2] then return { now, 0 } end
if not (total and sold and reserved and tonumber(stock[4])) then return { now, 0 } end
return { now, 2, total, sold, reserved, stock[5] == '1' and 1 or 0 }
