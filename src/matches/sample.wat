;; Reads a picture between its pixels, and correlates what was read. Assembled into sample.wasm by `npm run assemble`, which a test repeats.
;; Numbers are float32; addresses are in bytes.
(module
  (import "room" "memory" (memory 1))

  ;; The values of a picture at $count points (a multiple of 4) to $out, NaN where a point lies outside. Its $width × $height pixels lie row
  ;; by row from address 0 on, each row followed by its last pixel once more, the last row by itself once more. Point i lies at
  ;; x = $x + $xu · u[i] + $xv · v[i] and y = $y + $yu · u[i] + $yv · v[i], in pixels from the corner.
  (func (export "sample")
    (param $width i32) (param $height i32) (param $u i32) (param $v i32) (param $count i32)
    (param $x f32) (param $xu f32) (param $xv f32) (param $y f32) (param $yu f32) (param $yv f32) (param $out i32)
    (local $end i32) (local $row i32) (local $at i32) (local $us v128) (local $vs v128) (local $xs v128) (local $ys v128)
    (local $inside v128) (local $columns v128) (local $rows v128) (local $places v128)
    (local $upper0 v128) (local $upper1 v128) (local $lower0 v128) (local $lower1 v128) (local $upper v128) (local $lower v128)
    (local.set $end (i32.add (local.get $out) (i32.shl (local.get $count) (i32.const 2))))
    (local.set $row (i32.shl (i32.add (local.get $width) (i32.const 1)) (i32.const 2)))
    (loop $next
      (local.set $us (v128.load (local.get $u)))
      (local.set $vs (v128.load (local.get $v)))
      (local.set $xs (f32x4.add (f32x4.splat (local.get $x)) (f32x4.add
        (f32x4.mul (f32x4.splat (local.get $xu)) (local.get $us)) (f32x4.mul (f32x4.splat (local.get $xv)) (local.get $vs)))))
      (local.set $ys (f32x4.add (f32x4.splat (local.get $y)) (f32x4.add
        (f32x4.mul (f32x4.splat (local.get $yu)) (local.get $us)) (f32x4.mul (f32x4.splat (local.get $yv)) (local.get $vs)))))
      (local.set $inside (v128.and
        (v128.and
          (f32x4.ge (local.get $xs) (v128.const f32x4 0 0 0 0))
          (f32x4.le (local.get $xs) (f32x4.splat (f32.convert_i32_u (local.get $width)))))
        (v128.and
          (f32x4.ge (local.get $ys) (v128.const f32x4 0 0 0 0))
          (f32x4.le (local.get $ys) (f32x4.splat (f32.convert_i32_u (local.get $height)))))))
      ;; the middle of a pixel is where it has its value
      (local.set $xs (f32x4.min
        (f32x4.max (f32x4.sub (local.get $xs) (v128.const f32x4 0.5 0.5 0.5 0.5)) (v128.const f32x4 0 0 0 0))
        (f32x4.splat (f32.convert_i32_u (i32.sub (local.get $width) (i32.const 1))))))
      (local.set $ys (f32x4.min
        (f32x4.max (f32x4.sub (local.get $ys) (v128.const f32x4 0.5 0.5 0.5 0.5)) (v128.const f32x4 0 0 0 0))
        (f32x4.splat (f32.convert_i32_u (i32.sub (local.get $height) (i32.const 1))))))
      (local.set $columns (i32x4.trunc_sat_f32x4_s (local.get $xs)))
      (local.set $rows (i32x4.trunc_sat_f32x4_s (local.get $ys)))
      (local.set $xs (f32x4.sub (local.get $xs) (f32x4.convert_i32x4_s (local.get $columns))))
      (local.set $ys (f32x4.sub (local.get $ys) (f32x4.convert_i32x4_s (local.get $rows))))
      (local.set $places (i32x4.add
        (i32x4.shl (local.get $columns) (i32.const 2))
        (i32x4.mul (local.get $rows) (i32x4.splat (local.get $row)))))
      ;; two neighbours of each point at a time, points 0 and 1, then 2 and 3
      (local.set $at (i32x4.extract_lane 0 (local.get $places)))
      (local.set $upper0 (v128.load64_zero (local.get $at)))
      (local.set $lower0 (v128.load64_zero (i32.add (local.get $at) (local.get $row))))
      (local.set $at (i32x4.extract_lane 1 (local.get $places)))
      (local.set $upper0 (v128.load64_lane 1 (local.get $at) (local.get $upper0)))
      (local.set $lower0 (v128.load64_lane 1 (i32.add (local.get $at) (local.get $row)) (local.get $lower0)))
      (local.set $at (i32x4.extract_lane 2 (local.get $places)))
      (local.set $upper1 (v128.load64_zero (local.get $at)))
      (local.set $lower1 (v128.load64_zero (i32.add (local.get $at) (local.get $row))))
      (local.set $at (i32x4.extract_lane 3 (local.get $places)))
      (local.set $upper1 (v128.load64_lane 1 (local.get $at) (local.get $upper1)))
      (local.set $lower1 (v128.load64_lane 1 (i32.add (local.get $at) (local.get $row)) (local.get $lower1)))
      (local.set $upper (i8x16.shuffle 0 1 2 3 8 9 10 11 16 17 18 19 24 25 26 27 (local.get $upper0) (local.get $upper1)))
      (local.set $upper1 (i8x16.shuffle 4 5 6 7 12 13 14 15 20 21 22 23 28 29 30 31 (local.get $upper0) (local.get $upper1)))
      (local.set $upper (f32x4.add (local.get $upper) (f32x4.mul (local.get $xs) (f32x4.sub (local.get $upper1) (local.get $upper)))))
      (local.set $lower (i8x16.shuffle 0 1 2 3 8 9 10 11 16 17 18 19 24 25 26 27 (local.get $lower0) (local.get $lower1)))
      (local.set $lower1 (i8x16.shuffle 4 5 6 7 12 13 14 15 20 21 22 23 28 29 30 31 (local.get $lower0) (local.get $lower1)))
      (local.set $lower (f32x4.add (local.get $lower) (f32x4.mul (local.get $xs) (f32x4.sub (local.get $lower1) (local.get $lower)))))
      (v128.store (local.get $out) (v128.bitselect
        (f32x4.add (local.get $upper) (f32x4.mul (local.get $ys) (f32x4.sub (local.get $lower) (local.get $upper))))
        (v128.const f32x4 nan nan nan nan)
        (local.get $inside)))
      (local.set $u (i32.add (local.get $u) (i32.const 16)))
      (local.set $v (i32.add (local.get $v) (i32.const 16)))
      (local.set $out (i32.add (local.get $out) (i32.const 16)))
      (br_if $next (i32.lt_u (local.get $out) (local.get $end))))
  )

  ;; The correlation of $a with $b, $count numbers each (a multiple of 4), of mean 0; numbers of $b where $a is NaN are left out. −1 where
  ;; fewer than $least are left.
  (func (export "correlation") (param $a i32) (param $b i32) (param $count i32) (param $least f32) (result f32)
    (local $end i32) (local $mask v128) (local $as v128) (local $bs v128)
    (local $dots v128) (local $squares_a v128) (local $squares_b v128) (local $counts v128)
    (local.set $end (i32.add (local.get $a) (i32.shl (local.get $count) (i32.const 2))))
    (loop $next
      (local.set $as (v128.load (local.get $a)))
      (local.set $mask (f32x4.eq (local.get $as) (local.get $as)))
      (local.set $as (v128.and (local.get $as) (local.get $mask)))
      (local.set $bs (v128.and (v128.load (local.get $b)) (local.get $mask)))
      (local.set $dots (f32x4.add (local.get $dots) (f32x4.mul (local.get $as) (local.get $bs))))
      (local.set $squares_a (f32x4.add (local.get $squares_a) (f32x4.mul (local.get $as) (local.get $as))))
      (local.set $squares_b (f32x4.add (local.get $squares_b) (f32x4.mul (local.get $bs) (local.get $bs))))
      (local.set $counts (f32x4.add (local.get $counts) (v128.and (v128.const f32x4 1 1 1 1) (local.get $mask))))
      (local.set $a (i32.add (local.get $a) (i32.const 16)))
      (local.set $b (i32.add (local.get $b) (i32.const 16)))
      (br_if $next (i32.lt_u (local.get $a) (local.get $end))))
    (if (result f32) (f32.lt (call $sum (local.get $counts)) (local.get $least))
      (then (f32.const -1))
      (else (f32.div
        (call $sum (local.get $dots))
        (f32.sqrt (f32.max (f32.const 1e-6) (f32.mul (call $sum (local.get $squares_a)) (call $sum (local.get $squares_b)))))))))

  (func $sum (param $of v128) (result f32)
    (f32.add
      (f32.add (f32x4.extract_lane 0 (local.get $of)) (f32x4.extract_lane 1 (local.get $of)))
      (f32.add (f32x4.extract_lane 2 (local.get $of)) (f32x4.extract_lane 3 (local.get $of)))))
)
