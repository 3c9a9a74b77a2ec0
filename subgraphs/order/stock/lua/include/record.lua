-- The record of an order id, in the hash `records`: `R:<quantity>:<seq>:<user>` while it is reserved, `S` once it is settled.
local SETTLED = 'S'

local function reservation_record(quantity, seq, user_id) return string.format('R:%d:%d:%s', quantity, seq, user_id) end

-- Returns quantity and sequence number, as text; nothing for any other record.
local function read_reservation(record) return string.match(record or '', '^R:(%d+):(%d+):') end

-- Returns quantity, sequence number and user id, as text; nothing where any of the three is missing.
local function read_whole_reservation(record) return string.match(record or '', '^R:(%d+):(%d+):(%x+)$') end
