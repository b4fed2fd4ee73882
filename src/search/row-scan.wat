;; How near each row of an index can be to a query at the least, from byte numbers. Assembled into row-scan.wasm by `npm run assemble`,
;; which a test repeats. The memory is shared by all threads; addresses and lengths are in bytes; row-index-memory.ts says what lies where.
(module
  (import "index" "memory" (memory 1 65536 shared))

  ;; For rows $first to $end: writes a lower bound of the distance (float32, $out) from rows of byte numbers ($rows, $bytes each, a multiple
  ;; of 16), their squared lengths (int32, $squares) and slacks (float32, $slacks), and a query of int16 numbers ($query). The squared
  ;; distance is $query_square + $per_square · square − $per_dot · dot. Where $listed is not 0, the rows are those in that list (uint32), and
  ;; $first, $end and the places of the bounds count in it. Where $further is not 0, a smaller bound that stands there already stays.
  ;; What it returns means nothing.
  (func (export "lower_bounds")
    (param $rows i32) (param $bytes i32) (param $squares i32) (param $slacks i32) (param $query i32)
    (param $first i32) (param $end i32) (param $query_square f64) (param $per_square f64) (param $per_dot f64)
    (param $slack f64) (param $listed i32) (param $further i32) (param $out i32)
    (result i32)
    (local $fetched i32) (local $lowest f32) (local $address i32) (local $place i32) (local $row i32) (local $stop i32) (local $q i32) (local $numbers v128) (local $a v128) (local $b v128)
    (local $length f64) (local $index i32) (local $bound f64)
    (local.set $place (local.get $first))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $place) (local.get $end)))
        (local.set $index (local.get $place))
        (if (local.get $listed) (then
          (local.set $index (i32.load (i32.add (local.get $listed) (i32.shl (local.get $place) (i32.const 2)))))
          ;; rows of a list lie apart: the next one is fetched while this one is multiplied
          (if (i32.lt_u (i32.add (local.get $place) (i32.const 1)) (local.get $end)) (then
            (local.set $row (i32.add (local.get $rows) (i32.mul (local.get $bytes)
              (i32.load offset=4 (i32.add (local.get $listed) (i32.shl (local.get $place) (i32.const 2)))))))
            (local.set $stop (i32.add (local.get $row) (local.get $bytes)))
            (loop $line
              (local.set $fetched (i32.or (local.get $fetched) (i32.load (local.get $row))))
              (local.set $row (i32.add (local.get $row) (i32.const 64)))
              (br_if $line (i32.lt_u (local.get $row) (local.get $stop))))))))
        (local.set $row (i32.add (local.get $rows) (i32.mul (local.get $index) (local.get $bytes))))
        (local.set $stop (i32.add (local.get $row) (local.get $bytes)))
        (local.set $q (local.get $query))
        (local.set $a (v128.const i32x4 0 0 0 0))
        (local.set $b (v128.const i32x4 0 0 0 0))
        (loop $stretch
          (local.set $numbers (v128.load (local.get $row)))
          (local.set $a (i32x4.add (local.get $a)
            (i32x4.dot_i16x8_s (i16x8.extend_low_i8x16_s (local.get $numbers)) (v128.load (local.get $q)))))
          (local.set $b (i32x4.add (local.get $b)
            (i32x4.dot_i16x8_s (i16x8.extend_high_i8x16_s (local.get $numbers)) (v128.load offset=16 (local.get $q)))))
          (local.set $row (i32.add (local.get $row) (i32.const 16)))
          (local.set $q (i32.add (local.get $q) (i32.const 32)))
          (br_if $stretch (i32.lt_u (local.get $row) (local.get $stop))))
        (local.set $a (i32x4.add (local.get $a) (local.get $b)))
        (local.set $length (f64.add (local.get $query_square) (f64.mul (local.get $per_square)
          (f64.convert_i32_s (i32.load (i32.add (local.get $squares) (i32.shl (local.get $index) (i32.const 2))))))))
        (local.set $bound (f64.sub (local.get $length) (f64.mul (local.get $per_dot) (f64.convert_i32_s
          (i32.add
            (i32.add (i32x4.extract_lane 0 (local.get $a)) (i32x4.extract_lane 1 (local.get $a)))
            (i32.add (i32x4.extract_lane 2 (local.get $a)) (i32x4.extract_lane 3 (local.get $a))))))))
        ;; what float64 may have rounded up
        (local.set $bound (f64.sub (local.get $bound) (f64.mul (local.get $length) (f64.const 0x1p-48))))
        (local.set $bound (f64.sub (f64.sqrt (f64.max (local.get $bound) (f64.const 0))) (f64.add (local.get $slack)
          (f64.promote_f32 (f32.load (i32.add (local.get $slacks) (i32.shl (local.get $index) (i32.const 2))))))))
        ;; and what float32 will
        (local.set $lowest (f32.demote_f64
          (f64.sub (local.get $bound) (f64.mul (f64.abs (local.get $bound)) (f64.const 0x1p-22)))))
        (local.set $address (i32.add (local.get $out) (i32.shl (local.get $place) (i32.const 2))))
        (if (local.get $further) (then
          (local.set $lowest (f32.min (local.get $lowest) (f32.load (local.get $address))))))
        (f32.store (local.get $address) (local.get $lowest))
        (local.set $place (i32.add (local.get $place) (i32.const 1)))
        (br $next)))
    ;; what was fetched must be of some use, or a compiler may leave it out
    (local.get $fetched))

  ;; Writes the numbers of the rows $first to $end whose bound is at most $limit to $near (uint32), at most $room of them, and returns how
  ;; many there are.
  (func (export "rows_within")
    (param $bounds i32) (param $first i32) (param $end i32) (param $limit f32) (param $near i32) (result i32)
    (local $index i32) (local $hits i32) (local $out i32)
    (local.set $index (local.get $first))
    (local.set $out (local.get $near))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $index) (local.get $end)))
        ;; bounds beyond $end may be looked at: whoever asks leaves them out
        (local.set $hits (i32x4.bitmask (f32x4.le
          (v128.load (i32.add (local.get $bounds) (i32.shl (local.get $index) (i32.const 2))))
          (f32x4.splat (local.get $limit)))))
        (block $none
          (br_if $none (i32.eqz (local.get $hits)))
          (loop $hit
            (i32.store (local.get $out) (i32.add (local.get $index) (i32.ctz (local.get $hits))))
            (local.set $out (i32.add (local.get $out) (i32.const 4)))
            (local.set $hits (i32.and (local.get $hits) (i32.sub (local.get $hits) (i32.const 1))))
            (br_if $hit (local.get $hits))))
        (local.set $index (i32.add (local.get $index) (i32.const 4)))
        (br $next)))
    (i32.shr_u (i32.sub (local.get $out) (local.get $near)) (i32.const 2)))
)
