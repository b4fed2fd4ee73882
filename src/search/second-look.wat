;; The second look and the refinement: what JavaScript would do one number at a time. Assembled into second-look.wasm by
;; `npm run assemble`, which a test repeats. Vectors are float32, padded with zeros to a multiple of 32 bytes; addresses and lengths
;; are in bytes. tile-room.ts says what lies where.
(module
  (import "room" "memory" (memory 1))

  ;; Squared distance of two vectors, in float32; ends early when it has passed $limit after a stretch of 64 bytes.
  (func $near_distance (param $x i32) (param $y i32) (param $bytes i32) (param $limit f32) (result f32)
    (local $end i32) (local $stop i32) (local $a v128) (local $b v128) (local $d v128) (local $sum f32)
    (local.set $end (i32.add (local.get $x) (local.get $bytes)))
    (loop $stretch
      (local.set $stop (i32.add (local.get $x) (i32.const 64)))
      (if (i32.gt_u (local.get $stop) (local.get $end)) (then (local.set $stop (local.get $end))))
      (loop $next
        (local.set $d (f32x4.sub (v128.load (local.get $x)) (v128.load (local.get $y))))
        (local.set $a (f32x4.add (local.get $a) (f32x4.mul (local.get $d) (local.get $d))))
        (local.set $d (f32x4.sub (v128.load offset=16 (local.get $x)) (v128.load offset=16 (local.get $y))))
        (local.set $b (f32x4.add (local.get $b) (f32x4.mul (local.get $d) (local.get $d))))
        (local.set $x (i32.add (local.get $x) (i32.const 32)))
        (local.set $y (i32.add (local.get $y) (i32.const 32)))
        (br_if $next (i32.lt_u (local.get $x) (local.get $stop))))
      (local.set $d (f32x4.add (local.get $a) (local.get $b)))
      (local.set $d (f32x4.add (local.get $d)
        (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $d) (local.get $d))))
      (local.set $sum (f32.add (f32x4.extract_lane 0 (local.get $d)) (f32x4.extract_lane 1 (local.get $d))))
      (br_if $stretch (i32.and
        (i32.lt_u (local.get $x) (local.get $end))
        (f32.le (local.get $sum) (local.get $limit)))))
    (local.get $sum))

  ;; Squared distance of two vectors in float64, with the eight sums and in the order of squaredDistance in src/data.
  (func $squared_distance (param $x i32) (param $y i32) (param $bytes i32) (result f64)
    (local $end i32) (local $p v128) (local $q v128) (local $d v128)
    (local $s01 v128) (local $s23 v128) (local $s45 v128) (local $s67 v128)
    (local.set $end (i32.add (local.get $x) (local.get $bytes)))
    (loop $next
      (local.set $p (v128.load (local.get $x)))
      (local.set $q (v128.load (local.get $y)))
      (local.set $d (f64x2.sub (f64x2.promote_low_f32x4 (local.get $p)) (f64x2.promote_low_f32x4 (local.get $q))))
      (local.set $s01 (f64x2.add (local.get $s01) (f64x2.mul (local.get $d) (local.get $d))))
      (local.set $d (f64x2.sub
        (f64x2.promote_low_f32x4 (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $p) (local.get $p)))
        (f64x2.promote_low_f32x4 (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $q) (local.get $q)))))
      (local.set $s23 (f64x2.add (local.get $s23) (f64x2.mul (local.get $d) (local.get $d))))
      (local.set $p (v128.load offset=16 (local.get $x)))
      (local.set $q (v128.load offset=16 (local.get $y)))
      (local.set $d (f64x2.sub (f64x2.promote_low_f32x4 (local.get $p)) (f64x2.promote_low_f32x4 (local.get $q))))
      (local.set $s45 (f64x2.add (local.get $s45) (f64x2.mul (local.get $d) (local.get $d))))
      (local.set $d (f64x2.sub
        (f64x2.promote_low_f32x4 (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $p) (local.get $p)))
        (f64x2.promote_low_f32x4 (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $q) (local.get $q)))))
      (local.set $s67 (f64x2.add (local.get $s67) (f64x2.mul (local.get $d) (local.get $d))))
      (local.set $x (i32.add (local.get $x) (i32.const 32)))
      (local.set $y (i32.add (local.get $y) (i32.const 32)))
      (br_if $next (i32.lt_u (local.get $x) (local.get $end))))
    (f64.add
      (f64.add (call $sum_of_lanes (local.get $s01)) (call $sum_of_lanes (local.get $s23)))
      (f64.add (call $sum_of_lanes (local.get $s45)) (call $sum_of_lanes (local.get $s67)))))

  (func $sum_of_lanes (param $s v128) (result f64)
    (f64.add (f64x2.extract_lane 0 (local.get $s)) (f64x2.extract_lane 1 (local.get $s))))

  ;; Of one left row: the columns whose group's answer is at least $least and whose sketches are within $reach and their own slack.
  ;; Of each sketch only the first $looked bytes are compared.
  ;; Group g holds columns g, g + $groups, …; those below $from or from $end on are left out. Writes them to $near (uint32) and
  ;; returns how many there are.
  (func (export "near_columns")
    (param $answers i32) (param $groups i32) (param $least i32)
    (param $left i32) (param $right i32) (param $bytes i32) (param $looked i32)
    (param $reach f64) (param $slacks i32) (param $from i32) (param $end i32) (param $near i32) (result i32)
    (local $group i32) (local $hits i32) (local $column i32) (local $out i32) (local $limit f32) (local $own f64)
    (local.set $out (local.get $near))
    (loop $next
      (local.set $hits (i32x4.bitmask (i32x4.ge_s
        (v128.load (i32.add (local.get $answers) (i32.shl (local.get $group) (i32.const 2))))
        (i32x4.splat (local.get $least)))))
      (block $none
        (br_if $none (i32.eqz (local.get $hits)))
        (loop $hit
          (local.set $column (i32.add (local.get $group) (i32.ctz (local.get $hits))))
          (block $done
            (loop $fellow
              (br_if $done (i32.ge_u (local.get $column) (local.get $end)))
              (if (i32.ge_u (local.get $column) (local.get $from)) (then
                (local.set $own (f64.add (local.get $reach)
                  (f64.load (i32.add (local.get $slacks) (i32.shl (local.get $column) (i32.const 3))))))
                (local.set $limit (f32.demote_f64
                  ;; the constant covers what float32 rounds up below its smallest numbers
                  (f64.add (f64.mul (local.get $own) (local.get $own)) (f64.const 0x1p-120))))
                (if (f32.le
                  (call $near_distance
                    (local.get $left)
                    (i32.add (local.get $right) (i32.mul (local.get $column) (local.get $bytes)))
                    (local.get $looked) (local.get $limit))
                  (local.get $limit)) (then
                  (i32.store (local.get $out) (local.get $column))
                  (local.set $out (i32.add (local.get $out) (i32.const 4)))))))
              (local.set $column (i32.add (local.get $column) (local.get $groups)))
              (br $fellow)))
          (local.set $hits (i32.and (local.get $hits) (i32.sub (local.get $hits) (i32.const 1))))
          (br_if $hit (local.get $hits))))
      (local.set $group (i32.add (local.get $group) (i32.const 4)))
      (br_if $next (i32.lt_u (local.get $group) (local.get $groups))))
    (i32.shr_u (i32.sub (local.get $out) (local.get $near)) (i32.const 2)))

  ;; Of $count vectors whose addresses (uint32) lie at $rows: those that float32 does not find farther from $left than $limit. Their
  ;; numbers go to $near (uint32) and their squared distances in float64 to $squared; returns how many there are.
  (func (export "near_rows")
    (param $left i32) (param $rows i32) (param $count i32) (param $bytes i32) (param $limit f32)
    (param $near i32) (param $squared i32) (result i32)
    (local $i i32) (local $row i32) (local $found i32)
    (block $none
      (br_if $none (i32.eqz (local.get $count)))
      (loop $next
        (local.set $row (i32.load (i32.add (local.get $rows) (i32.shl (local.get $i) (i32.const 2)))))
        (if (f32.le (call $near_distance (local.get $left) (local.get $row) (local.get $bytes) (local.get $limit)) (local.get $limit))
          (then
            (i32.store (i32.add (local.get $near) (i32.shl (local.get $found) (i32.const 2))) (local.get $i))
            (f64.store (i32.add (local.get $squared) (i32.shl (local.get $found) (i32.const 3)))
              (call $squared_distance (local.get $left) (local.get $row) (local.get $bytes)))
            (local.set $found (i32.add (local.get $found) (i32.const 1)))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $next (i32.lt_u (local.get $i) (local.get $count)))))
    (local.get $found))

  ;; The product of two vectors, in float32.
  (func $near_dot (param $x i32) (param $y i32) (param $bytes i32) (result f32)
    (local $end i32) (local $a v128) (local $b v128)
    (local.set $end (i32.add (local.get $x) (local.get $bytes)))
    (loop $next
      (local.set $a (f32x4.add (local.get $a) (f32x4.mul (v128.load (local.get $x)) (v128.load (local.get $y)))))
      (local.set $b (f32x4.add (local.get $b)
        (f32x4.mul (v128.load offset=16 (local.get $x)) (v128.load offset=16 (local.get $y)))))
      (local.set $x (i32.add (local.get $x) (i32.const 32)))
      (local.set $y (i32.add (local.get $y) (i32.const 32)))
      (br_if $next (i32.lt_u (local.get $x) (local.get $end))))
    (local.set $a (f32x4.add (local.get $a) (local.get $b)))
    (f32.add
      (f32.add (f32x4.extract_lane 0 (local.get $a)) (f32x4.extract_lane 1 (local.get $a)))
      (f32.add (f32x4.extract_lane 2 (local.get $a)) (f32x4.extract_lane 3 (local.get $a)))))

  ;; The product of two vectors in float64: number f goes to sum f mod 8, and the eight sums are added in pairs.
  (func $dot (export "dot") (param $x i32) (param $y i32) (param $bytes i32) (result f64)
    (local $end i32) (local $p v128) (local $q v128)
    (local $s01 v128) (local $s23 v128) (local $s45 v128) (local $s67 v128)
    (local.set $end (i32.add (local.get $x) (local.get $bytes)))
    (loop $next
      (local.set $p (v128.load (local.get $x)))
      (local.set $q (v128.load (local.get $y)))
      (local.set $s01 (f64x2.add (local.get $s01)
        (f64x2.mul (f64x2.promote_low_f32x4 (local.get $p)) (f64x2.promote_low_f32x4 (local.get $q)))))
      (local.set $s23 (f64x2.add (local.get $s23) (f64x2.mul
        (f64x2.promote_low_f32x4 (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $p) (local.get $p)))
        (f64x2.promote_low_f32x4 (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $q) (local.get $q))))))
      (local.set $p (v128.load offset=16 (local.get $x)))
      (local.set $q (v128.load offset=16 (local.get $y)))
      (local.set $s45 (f64x2.add (local.get $s45)
        (f64x2.mul (f64x2.promote_low_f32x4 (local.get $p)) (f64x2.promote_low_f32x4 (local.get $q)))))
      (local.set $s67 (f64x2.add (local.get $s67) (f64x2.mul
        (f64x2.promote_low_f32x4 (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $p) (local.get $p)))
        (f64x2.promote_low_f32x4 (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $q) (local.get $q))))))
      (local.set $x (i32.add (local.get $x) (i32.const 32)))
      (local.set $y (i32.add (local.get $y) (i32.const 32)))
      (br_if $next (i32.lt_u (local.get $x) (local.get $end))))
    (f64.add
      (f64.add (call $sum_of_lanes (local.get $s01)) (call $sum_of_lanes (local.get $s23)))
      (f64.add (call $sum_of_lanes (local.get $s45)) (call $sum_of_lanes (local.get $s67)))))

  ;; Of $count vectors whose addresses (uint32) lie at $rows: those whose product with $left float32 does not find below their own of $leasts
  ;; (float32). Their numbers go to $near (uint32) and their products in float64 to $dots; returns how many there are.
  (func (export "near_dots")
    (param $left i32) (param $rows i32) (param $count i32) (param $bytes i32) (param $leasts i32)
    (param $near i32) (param $dots i32) (result i32)
    (local $i i32) (local $row i32) (local $found i32) (local $least f32)
    (block $none
      (br_if $none (i32.eqz (local.get $count)))
      (loop $next
        (local.set $row (i32.load (i32.add (local.get $rows) (i32.shl (local.get $i) (i32.const 2)))))
        (local.set $least (f32.load (i32.add (local.get $leasts) (i32.shl (local.get $i) (i32.const 2)))))
        ;; what float32 cannot hold is looked at
        (if (if (result i32) (f32.eq (local.get $least) (f32.const -inf))
            (then (i32.const 1))
            (else (i32.eqz (f32.lt
              (call $near_dot (local.get $left) (local.get $row) (local.get $bytes))
              (local.get $least)))))
          (then
            (i32.store (i32.add (local.get $near) (i32.shl (local.get $found) (i32.const 2))) (local.get $i))
            (f64.store (i32.add (local.get $dots) (i32.shl (local.get $found) (i32.const 3)))
              (call $dot (local.get $left) (local.get $row) (local.get $bytes)))
            (local.set $found (i32.add (local.get $found) (i32.const 1)))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $next (i32.lt_u (local.get $i) (local.get $count)))))
    (local.get $found))

  ;; Of $count vectors that lie one after the other at $rows, vector i of the image $owners[i] (uint32): where one is nearer to $left than
  ;; its image was to anything before, the squared distance goes to $nearest (float64) of the image, and $name to its $which (uint32).
  (func (export "nearer_rows")
    (param $left i32) (param $rows i32) (param $count i32) (param $bytes i32)
    (param $owners i32) (param $nearest i32) (param $which i32) (param $name i32)
    (local $end i32) (local $place i32) (local $limit f32) (local $squared f64)
    (local.set $end (i32.add (local.get $owners) (i32.shl (local.get $count) (i32.const 2))))
    (block $none
      (br_if $none (i32.eqz (local.get $count)))
      (loop $next
        (local.set $place (i32.add (local.get $nearest) (i32.shl (i32.load (local.get $owners)) (i32.const 3))))
        (local.set $limit (f32.demote_f64
          ;; a ten-thousandth more than float32 can err by, and what it rounds up below its smallest numbers
          (f64.add (f64.mul (f64.load (local.get $place)) (f64.const 1.0001)) (f64.const 0x1p-120))))
        (if (f32.le (call $near_distance (local.get $left) (local.get $rows) (local.get $bytes) (local.get $limit)) (local.get $limit))
          (then
            (local.set $squared (call $squared_distance (local.get $left) (local.get $rows) (local.get $bytes)))
            (if (f64.lt (local.get $squared) (f64.load (local.get $place))) (then
              (f64.store (local.get $place) (local.get $squared))
              (i32.store
                (i32.add (local.get $which) (i32.shl (i32.load (local.get $owners)) (i32.const 2)))
                (local.get $name))))))
        (local.set $owners (i32.add (local.get $owners) (i32.const 4)))
        (local.set $rows (i32.add (local.get $rows) (local.get $bytes)))
        (br_if $next (i32.lt_u (local.get $owners) (local.get $end))))))
)
