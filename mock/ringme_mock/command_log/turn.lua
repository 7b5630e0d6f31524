-- KEYS: log, number of the latest command, its moment, outcome by nonce, then the tally of each
--   count, then journal and number of its latest entry for each session with new entries.
-- ARGV: as JSON position, most entries, seconds of skew, most entries of a journal, the counts (now,
--   period, seconds since its start and number if the key is new, certainty, times, limit, number of
--   commands), number of other commands, and of new entries for each session; nonce; the commands of
--   the counts, the other ones, and the entries for each session.
local after, most, skew, size, counts, rows, notes = unpack(cjson.decode(ARGV[1]))
local nonce = ARGV[2]
local latest = tonumber(redis.call('GET', KEYS[2]) or '0')
if latest < after then
  return redis.error_reply('LOST ' .. latest)
end

local place, appended = 2, {}
local function append(before, count)
  for i = before + 1, before + count do
    appended[#appended + 1] = ARGV[i]
  end
end
local function tally(key, now, period, age, used, certain, times, limit, rows)
  local first = place
  place = place + rows
  if latest > after and not certain then
    return false
  end
  local start = now - age
  local found = redis.call('GET', key)
  if found then
    start, used = string.match(found, '^(%S+) (%d+)$')
    start, used = tonumber(start), tonumber(used)
  end
  if now - start < -skew or now - start >= period then
    start, used = now, 0
  end
  append(first, math.max(0, math.min(rows, limit - used - times)))
  used = used + times + rows
  redis.call('SET', key, string.format('%.6f %d', start, used), 'EX', math.ceil(period) + 60)
  return {string.format('%.6f', math.max(0, now - start)), used}
end

local first, moment, tallies = latest + 1, '0', {}
local known = nonce ~= '' and redis.call('GET', KEYS[4])
if known then
  first, moment, tallies = unpack(cjson.decode(known))
else
  for i, count in ipairs(counts) do
    tallies[i] = tally(KEYS[4 + i], unpack(count))
  end
  append(place, rows)
  if #appended > 0 then
    local clock = redis.call('TIME')
    local now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000
    moment = string.format('%.6f', math.max(now, tonumber(redis.call('GET', KEYS[3]) or '0')))
    local last = latest + #appended
    redis.call('XADD', KEYS[1], last .. '-0', 'at', moment, 'nonce', nonce,
      'rows', table.concat(appended))
    redis.call('SET', KEYS[2], last)
    redis.call('SET', KEYS[3], moment)
    redis.call('SET', KEYS[4], cjson.encode({first, moment, tallies}), 'EX', 60)
  end
  local key = 4 + #counts
  for i, count in ipairs(notes) do
    local last = redis.call('INCRBY', KEYS[key + 2], count)
    redis.call('XADD', KEYS[key + 1], 'MINID', '~', math.max(0, last - size), last .. '-0',
      'entries', ARGV[place + rows + i])
    key = key + 2
  end
end

local entries = {}
if latest > after then
  local start = '(' .. after .. '-0'
  if nonce ~= '' then
    entries = redis.call('XRANGE', KEYS[1], start, '(' .. first .. '-0')
  else
    entries = redis.call('XRANGE', KEYS[1], start, '+', 'COUNT', most)
  end
end
return {first, moment, entries, tallies}
