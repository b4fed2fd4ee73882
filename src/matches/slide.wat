;; Slides a small picture over a larger one. Assembled into slide.wasm by `npm run assemble`, which a test repeats. Numbers are float32;
;; addresses and lengths are in bytes.
(module
  (import "room" "memory" (memory 1))

  ;; The products of the piece ($piece, $rows rows of $piece_bytes, a multiple of 16, filled up with zeros) with the ground ($ground, rows of
  ;; $ground_bytes) at $across × $down places, row by row, to $out.
  (func (export "slide")
    (param $ground i32) (param $ground_bytes i32) (param $piece i32) (param $piece_bytes i32) (param $rows i32)
    (param $across i32) (param $down i32) (param $out i32)
    (local $x i32) (local $y i32) (local $row i32) (local $a i32) (local $b i32) (local $end i32) (local $sum v128)
    (loop $next_y
      (local.set $x (i32.const 0))
      (loop $next_x
        (local.set $sum (v128.const f32x4 0 0 0 0))
        (local.set $row (i32.const 0))
        (local.set $b (local.get $piece))
        (loop $next_row
          (local.set $a (i32.add
            (i32.add (local.get $ground) (i32.shl (local.get $x) (i32.const 2)))
            (i32.mul (i32.add (local.get $y) (local.get $row)) (local.get $ground_bytes))))
          (local.set $end (i32.add (local.get $b) (local.get $piece_bytes)))
          (loop $next
            (local.set $sum (f32x4.add (local.get $sum) (f32x4.mul (v128.load (local.get $a)) (v128.load (local.get $b)))))
            (local.set $a (i32.add (local.get $a) (i32.const 16)))
            (local.set $b (i32.add (local.get $b) (i32.const 16)))
            (br_if $next (i32.lt_u (local.get $b) (local.get $end))))
          (local.set $row (i32.add (local.get $row) (i32.const 1)))
          (br_if $next_row (i32.lt_u (local.get $row) (local.get $rows))))
        (f32.store (local.get $out) (f32.add
          (f32.add (f32x4.extract_lane 0 (local.get $sum)) (f32x4.extract_lane 1 (local.get $sum)))
          (f32.add (f32x4.extract_lane 2 (local.get $sum)) (f32x4.extract_lane 3 (local.get $sum)))))
        (local.set $out (i32.add (local.get $out) (i32.const 4)))
        (local.set $x (i32.add (local.get $x) (i32.const 1)))
        (br_if $next_x (i32.lt_u (local.get $x) (local.get $across))))
      (local.set $y (i32.add (local.get $y) (i32.const 1)))
      (br_if $next_y (i32.lt_u (local.get $y) (local.get $down)))))
)
