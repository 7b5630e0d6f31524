<?php
// A receiver of call events, written without any code of this project: prints its URL, then signs off one call.
//
// It listens by itself, and PHP parses what comes, in the body or in the query. Its own query says which of them it expects.
$stages = ['dial-in' => 'CALLING', 'answer' => 'ANSWER', 'hangup' => 'ANSWER'];
$listener = stream_socket_server('tcp://127.0.0.1:0');
echo 'http://' . stream_socket_get_name($listener, false) . '/hook.php?from=' . $argv[1] . "\n";

function read_event($connection, string $expected): array {
    [$method, $target] = explode(' ', fgets($connection));
    $headers = [];
    while (($line = trim(fgets($connection))) !== '') {
        [$name, $value] = explode(':', $line, 2);
        $headers[strtolower($name)] = trim($value);
    }
    parse_str(parse_url($target, PHP_URL_QUERY), $query);
    $length = (int) ($headers['content-length'] ?? 0);
    parse_str($length ? stream_get_contents($connection, $length) : '', $form);
    fwrite($connection, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
    fclose($connection);
    if ($method !== $expected || $query['from'] !== $expected) throw new Exception("$method $target");
    unset($query['from']);
    return $expected === 'POST' ? $form : $query;
}

function problem(array $events, array $stages): ?string {
    [$dial, $answer, $hangup] = $events;
    foreach (array_keys($stages) as $index => $stage) {
        $event = $events[$index];
        if ($event['EventType'] !== $stage || $event['CallStatus'] !== $stages[$stage]) return "event $index: " . json_encode($event);
        foreach (['CallID', 'SubCallID', 'CallAPIID', 'CallerIDNum', 'CalledNumber', 'CalledDID', 'CalledExtensionID'] as $same)
            if (($event[$same] ?? '') === '' || $event[$same] !== $dial[$same]) return "$same of $stage";
    }
    if ($hangup['EventTime'] - $answer['EventTime'] !== (int) $hangup['Duration']) return 'Duration ' . $hangup['Duration'];
    if (!preg_match('/^' . $dial['CalledExtensionID'] . '-[0-9a-f]{32}$/', $hangup['RecID'])) return 'RecID ' . $hangup['RecID'];
    return null;
}

for ($events = []; count($events) < count($stages);) $events[] = read_event(stream_socket_accept($listener, 60), $argv[1]);
echo problem($events, $stages) ?? "signed off: {$events[2]['CallerIDName']} talked for " . $events[2]['Duration'] / 1e6 . " s", "\n";
