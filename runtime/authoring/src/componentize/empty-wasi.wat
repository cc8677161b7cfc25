;; What the runtimes of Go and C ask of WASI 0.1, answered with nothing but the time: no arguments, no environment, no files, numbers that are not random,
;; a wall clock that the host answers with the time of the push, and a monotonic one that stands still. What is printed becomes messages of the log. Of a
;; module that asks for the time one import of `wasi:` is left in the component, of any other none.
(module
  ;; The level is a case of the contract's enum; the text lies in the program's memory.
  (import "pushgate:flavor/log@0.1.0" "log" (func $log (param $level i32) (param $text i32) (param $length i32)))
  ;; Where the answer goes: 8 bytes of seconds, 4 of nanoseconds.
  (import "wasi:clocks/wall-clock@0.2.0" "now" (func $wall_clock (param $answer i32)))
  (import "env" "memory" (memory 0))

  ;; Nanoseconds of the monotonic clock. They pass only while the program waits for it; Go takes zero for a clock that is broken.
  (global $now (mut i64) (i64.const 1000000000))

  (func (export "sched_yield") (result i32) (i32.const 0))
  (func (export "proc_exit") (param i32) unreachable)
  (func (export "args_get") (param i32 i32) (result i32) (i32.const 0))
  (func (export "args_sizes_get") (param $count i32) (param $bytes i32) (result i32)
    (i32.store (local.get $count) (i32.const 0))
    (i32.store (local.get $bytes) (i32.const 0))
    (i32.const 0))
  (func (export "environ_get") (param i32 i32) (result i32) (i32.const 0))
  (func (export "environ_sizes_get") (param $count i32) (param $bytes i32) (result i32)
    (i32.store (local.get $count) (i32.const 0))
    (i32.store (local.get $bytes) (i32.const 0))
    (i32.const 0))
  (func (export "clock_res_get") (param $clock i32) (param $resolution i32) (result i32)
    (i64.store (local.get $resolution) (if (result i64) (local.get $clock) (then (i64.const 1)) (else (i64.const 1000000000))))
    (i32.const 0))
  (func (export "clock_time_get") (param $clock i32) (param $precision i64) (param $time i32) (result i32)
    (local $seconds i64)
    (if (local.get $clock) (then
      (i64.store (local.get $time) (global.get $now))
      (return (i32.const 0))))
    ;; Clock 0 is the wall clock. In the year 2554 its nanoseconds have no 64 bits any more. That ends the call: for an error, C's library shows 1970.
    (local.set $seconds (call $requested_at))
    (if (i64.gt_u (local.get $seconds) (i64.const 18446744072)) (then unreachable))
    (i64.store (local.get $time) (i64.mul (local.get $seconds) (i64.const 1000000000)))
    (i32.const 0))

  ;; The time of the push in seconds. There is no memory here for the host's answer, so the program's first 16 bytes are lent for it and given back.
  (func $requested_at (result i64)
    (local $first i64) (local $second i64) (local $seconds i64)
    (local.set $first (i64.load (i32.const 0)))
    (local.set $second (i64.load (i32.const 8)))
    (call $wall_clock (i32.const 0))
    (local.set $seconds (i64.load (i32.const 0)))
    (i64.store (i32.const 0) (local.get $first))
    (i64.store (i32.const 8) (local.get $second))
    (local.get $seconds))
  (func (export "random_get") (param $buffer i32) (param $length i32) (result i32)
    (memory.fill (local.get $buffer) (i32.const 7) (local.get $length))
    (i32.const 0))

  ;; Whether it is one of the two files that there are: stdout and stderr.
  (func $is_output (param $fd i32) (result i32)
    (i32.lt_u (i32.sub (local.get $fd) (i32.const 1)) (i32.const 2)))

  ;; They are terminals, so that C's library hands over each line when it is whole.
  (func (export "fd_fdstat_get") (param $fd i32) (param $answer i32) (result i32)
    (if (i32.eqz (call $is_output (local.get $fd))) (then (return (i32.const 8))))
    (memory.fill (local.get $answer) (i32.const 0) (i32.const 24))
    ;; A character device, with the right to write.
    (i32.store8 (local.get $answer) (i32.const 2))
    (i64.store offset=8 (local.get $answer) (i64.const 64))
    (i32.const 0))

  ;; Each line of what is written is a message for the flavor's author. A line that comes in several parts is several messages: there is no memory
  ;; here to keep a part in.
  (func (export "fd_write") (param $fd i32) (param $vectors i32) (param $count i32) (param $written i32) (result i32)
    (local $sum i32)
    (if (i32.eqz (call $is_output (local.get $fd))) (then (return (i32.const 8))))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $count)))
        (call $print (i32.load (local.get $vectors)) (i32.load offset=4 (local.get $vectors)))
        (local.set $sum (i32.add (local.get $sum) (i32.load offset=4 (local.get $vectors))))
        (local.set $vectors (i32.add (local.get $vectors) (i32.const 8)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $next)))
    (i32.store (local.get $written) (local.get $sum))
    (i32.const 0))

  ;; Logs the lines of a text. A message that is not UTF-8 would end the call, so a byte that is none ends a line, as a line feed does.
  (func $print (param $text i32) (param $length i32)
    (local $end i32) (local $at i32) (local $size i32)
    (local.set $end (i32.add (local.get $text) (local.get $length)))
    (local.set $at (local.get $text))
    (block $done
      (loop $next
        (br_if $done (i32.eq (local.get $at) (local.get $end)))
        (local.set $size (call $size_of_character (local.get $at) (local.get $end)))
        (if (i32.or (i32.eqz (local.get $size)) (i32.eq (i32.load8_u (local.get $at)) (i32.const 10)))
          (then
            (call $line (local.get $text) (local.get $at))
            (local.set $at (i32.add (local.get $at) (i32.const 1)))
            (local.set $text (local.get $at)))
          (else
            (local.set $at (i32.add (local.get $at) (local.get $size)))))
        (br $next)))
    (call $line (local.get $text) (local.get $end)))

  (func $line (param $text i32) (param $end i32)
    (if (i32.ne (local.get $text) (local.get $end))
      ;; Level `debug`.
      (then (call $log (i32.const 1) (local.get $text) (i32.sub (local.get $end) (local.get $text))))))

  ;; How many bytes the character at `at` has; 0 where none begins there, or it is not whole before `end`.
  (func $size_of_character (param $at i32) (param $end i32) (result i32)
    (local $first i32) (local $second i32) (local $size i32) (local $index i32)
    (local.set $first (i32.load8_u (local.get $at)))
    (if (i32.lt_u (local.get $first) (i32.const 0x80)) (then (return (i32.const 1))))
    ;; Bytes that go on with a character, and longer forms of what has a shorter one.
    (if (i32.lt_u (local.get $first) (i32.const 0xC2)) (then (return (i32.const 0))))
    (if (i32.gt_u (local.get $first) (i32.const 0xF4)) (then (return (i32.const 0))))
    (local.set $size
      (i32.add (i32.const 2)
        (i32.add (i32.ge_u (local.get $first) (i32.const 0xE0)) (i32.ge_u (local.get $first) (i32.const 0xF0)))))
    (if (i32.lt_u (i32.sub (local.get $end) (local.get $at)) (local.get $size)) (then (return (i32.const 0))))
    (local.set $index (i32.const 1))
    (loop $next
      (if (i32.ne (i32.const 0x80) (i32.and (i32.const 0xC0) (i32.load8_u (i32.add (local.get $at) (local.get $index)))))
        (then (return (i32.const 0))))
      (local.set $index (i32.add (local.get $index) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $index) (local.get $size))))
    (local.set $second (i32.load8_u offset=1 (local.get $at)))
    ;; Longer forms again, surrogates, and what is beyond U+10FFFF.
    (if (i32.and (i32.eq (local.get $first) (i32.const 0xE0)) (i32.lt_u (local.get $second) (i32.const 0xA0))) (then (return (i32.const 0))))
    (if (i32.and (i32.eq (local.get $first) (i32.const 0xED)) (i32.ge_u (local.get $second) (i32.const 0xA0))) (then (return (i32.const 0))))
    (if (i32.and (i32.eq (local.get $first) (i32.const 0xF0)) (i32.lt_u (local.get $second) (i32.const 0x90))) (then (return (i32.const 0))))
    (if (i32.and (i32.eq (local.get $first) (i32.const 0xF4)) (i32.ge_u (local.get $second) (i32.const 0x90))) (then (return (i32.const 0))))
    (local.get $size))

  ;; 8 is "bad file descriptor": no other is open.
  (func (export "fd_advise") (param i32 i64 i64 i32) (result i32) (i32.const 8))
  (func (export "fd_allocate") (param i32 i64 i64) (result i32) (i32.const 8))
  (func (export "fd_close") (param i32) (result i32) (i32.const 8))
  (func (export "fd_datasync") (param i32) (result i32) (i32.const 8))
  (func (export "fd_fdstat_set_flags") (param i32 i32) (result i32) (i32.const 8))
  (func (export "fd_fdstat_set_rights") (param i32 i64 i64) (result i32) (i32.const 8))
  (func (export "fd_filestat_get") (param i32 i32) (result i32) (i32.const 8))
  (func (export "fd_filestat_set_size") (param i32 i64) (result i32) (i32.const 8))
  (func (export "fd_filestat_set_times") (param i32 i64 i64 i32) (result i32) (i32.const 8))
  (func (export "fd_pread") (param i32 i32 i32 i64 i32) (result i32) (i32.const 8))
  (func (export "fd_prestat_dir_name") (param i32 i32 i32) (result i32) (i32.const 8))
  (func (export "fd_prestat_get") (param i32 i32) (result i32) (i32.const 8))
  (func (export "fd_pwrite") (param i32 i32 i32 i64 i32) (result i32) (i32.const 8))
  (func (export "fd_read") (param i32 i32 i32 i32) (result i32) (i32.const 8))
  (func (export "fd_readdir") (param i32 i32 i32 i64 i32) (result i32) (i32.const 8))
  (func (export "fd_renumber") (param i32 i32) (result i32) (i32.const 8))
  (func (export "fd_seek") (param i32 i64 i32 i32) (result i32) (i32.const 8))
  (func (export "fd_sync") (param i32) (result i32) (i32.const 8))
  (func (export "fd_tell") (param i32 i32) (result i32) (i32.const 8))

  ;; 52 is "not supported".
  (func (export "path_create_directory") (param i32 i32 i32) (result i32) (i32.const 52))
  (func (export "path_filestat_get") (param i32 i32 i32 i32 i32) (result i32) (i32.const 52))
  (func (export "path_filestat_set_times") (param i32 i32 i32 i32 i64 i64 i32) (result i32) (i32.const 52))
  (func (export "path_link") (param i32 i32 i32 i32 i32 i32 i32) (result i32) (i32.const 52))
  (func (export "path_open") (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32) (i32.const 52))
  (func (export "path_readlink") (param i32 i32 i32 i32 i32 i32) (result i32) (i32.const 52))
  (func (export "path_remove_directory") (param i32 i32 i32) (result i32) (i32.const 52))
  (func (export "path_rename") (param i32 i32 i32 i32 i32 i32) (result i32) (i32.const 52))
  (func (export "path_symlink") (param i32 i32 i32 i32 i32) (result i32) (i32.const 52))
  (func (export "path_unlink_file") (param i32 i32 i32) (result i32) (i32.const 52))
  ;; Waiting for the clock alone; 52 for anything else. The runtime of Go waits so while it ends a program, and could not say why otherwise: it takes no
  ;; time. It is told from anything else that waits by its clock and its precision, which are the monotonic one and a microsecond; waiting otherwise
  ;; ends the call.
  (func (export "poll_oneoff") (param $in i32) (param $out i32) (param $count i32) (param $events i32) (result i32)
    (if (i32.or (i32.ne (local.get $count) (i32.const 1)) (i32.load8_u offset=8 (local.get $in))) (then (return (i32.const 52))))
    (if
      (i32.or
        (i32.ne (i32.load offset=16 (local.get $in)) (i32.const 1))
        (i64.ne (i64.load offset=32 (local.get $in)) (i64.const 1000)))
      (then (call $refuse_to_wait)))
    (if (i32.and (i32.load16_u offset=40 (local.get $in)) (i32.const 1))
      (then (global.set $now (i64.load offset=24 (local.get $in))))
      (else (global.set $now (i64.add (global.get $now) (i64.load offset=24 (local.get $in))))))
    (i64.store (local.get $out) (i64.load (local.get $in)))
    (i64.store offset=8 (local.get $out) (i64.const 0))
    (i64.store offset=16 (local.get $out) (i64.const 0))
    (i64.store offset=24 (local.get $out) (i64.const 0))
    (i32.store (local.get $events) (i32.const 1))
    (i32.const 0))
  ;; Says why and ends the call, so the program's memory can take the words: an adapter has no data of its own.
  ;; "a flavor cannot wait: it decides by the time of the push, `requested-at`"
  (func $refuse_to_wait
    (i64.store (i32.const 0) (i64.const 0x726f76616c662061))
    (i64.store (i32.const 8) (i64.const 0x20746f6e6e616320))
    (i64.store (i32.const 16) (i64.const 0x7469203a74696177))
    (i64.store (i32.const 24) (i64.const 0x7365646963656420))
    (i64.store (i32.const 32) (i64.const 0x2065687420796220))
    (i64.store (i32.const 40) (i64.const 0x20666f20656d6974))
    (i64.store (i32.const 48) (i64.const 0x6873757020656874))
    (i64.store (i32.const 56) (i64.const 0x657571657260202c))
    (i64.store (i32.const 64) (i64.const 0x6074612d64657473))
    ;; Level `error`.
    (call $log (i32.const 4) (i32.const 0) (i32.const 72))
    unreachable)
  (func (export "proc_raise") (param i32) (result i32) (i32.const 52))
  (func (export "sock_accept") (param i32 i32 i32) (result i32) (i32.const 52))
  (func (export "sock_recv") (param i32 i32 i32 i32 i32 i32) (result i32) (i32.const 52))
  (func (export "sock_send") (param i32 i32 i32 i32 i32) (result i32) (i32.const 52))
  (func (export "sock_shutdown") (param i32 i32) (result i32) (i32.const 52)))
