;; Scales a picture: first its lines, then the pixels of each line. Assembled into resample.wasm by `npm run assemble`, which a test repeats.
;; Weights are whole numbers that stand for 2^14 parts, 16 bits each; sums are 32 bits. Reading a few bytes past a line is harmless, as
;; what lies there is weighed with zero: resample.ts leaves room behind everything. Addresses and lengths are in bytes.
(module
  (import "room" "memory" (memory 1))

  ;; One line of the new height, in 64 parts of a level, 16 bits a number: sums of $pairs pairs of lines from $line on. 16 numbers a step.
  (func (export "weigh_lines")
    (param $line i32) (param $stride i32) (param $weights i32) (param $pairs i32) (param $bytes i32) (param $to i32)
    (local $end i32) (local $from i32) (local $pair i32) (local $weight i32) (local $w v128)
    (local $p v128) (local $q v128) (local $x v128) (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local.set $end (i32.add (local.get $line) (local.get $bytes)))
    (loop $next
      (local.set $from (local.get $line))
      (local.set $weight (local.get $weights))
      (local.set $pair (local.get $pairs))
      ;; half of a 64th, to be cut off
      (local.set $a (v128.const i32x4 128 128 128 128))
      (local.set $b (local.get $a))
      (local.set $c (local.get $a))
      (local.set $d (local.get $a))
      (loop $lines
        (local.set $p (v128.load (local.get $from)))
        (local.set $q (v128.load (i32.add (local.get $from) (local.get $stride))))
        (local.set $w (v128.load32_splat (local.get $weight)))
        (local.set $x (i8x16.shuffle 0 16 1 17 2 18 3 19 4 20 5 21 6 22 7 23 (local.get $p) (local.get $q)))
        (local.set $a (i32x4.add (local.get $a)
          (i32x4.dot_i16x8_s (i16x8.extend_low_i8x16_u (local.get $x)) (local.get $w))))
        (local.set $b (i32x4.add (local.get $b)
          (i32x4.dot_i16x8_s (i16x8.extend_high_i8x16_u (local.get $x)) (local.get $w))))
        (local.set $x (i8x16.shuffle 8 24 9 25 10 26 11 27 12 28 13 29 14 30 15 31 (local.get $p) (local.get $q)))
        (local.set $c (i32x4.add (local.get $c)
          (i32x4.dot_i16x8_s (i16x8.extend_low_i8x16_u (local.get $x)) (local.get $w))))
        (local.set $d (i32x4.add (local.get $d)
          (i32x4.dot_i16x8_s (i16x8.extend_high_i8x16_u (local.get $x)) (local.get $w))))
        (local.set $from (i32.add (local.get $from) (i32.shl (local.get $stride) (i32.const 1))))
        (local.set $weight (i32.add (local.get $weight) (i32.const 4)))
        (br_if $lines (local.tee $pair (i32.sub (local.get $pair) (i32.const 1)))))
      (v128.store (local.get $to) (i16x8.narrow_i32x4_s
        (i32x4.shr_s (local.get $a) (i32.const 8)) (i32x4.shr_s (local.get $b) (i32.const 8))))
      (v128.store offset=16 (local.get $to) (i16x8.narrow_i32x4_s
        (i32x4.shr_s (local.get $c) (i32.const 8)) (i32x4.shr_s (local.get $d) (i32.const 8))))
      (local.set $to (i32.add (local.get $to) (i32.const 32)))
      (local.set $line (i32.add (local.get $line) (i32.const 16)))
      (br_if $next (i32.lt_u (local.get $line) (local.get $end)))))

  ;; A line of the new width, 3 bytes a pixel, from one that weigh_lines made. Of each of $count pixels, $firsts holds the address of its first
  ;; neighbour, relative to the line, and $weights those of its $pairs pairs of neighbours, one after the other.
  (func (export "weigh_pixels")
    (param $line i32) (param $firsts i32) (param $weights i32) (param $pairs i32) (param $count i32) (param $to i32)
    (local $end i32) (local $from i32) (local $pair i32) (local $x v128) (local $sum v128)
    (local.set $end (i32.add (local.get $to) (i32.mul (local.get $count) (i32.const 3))))
    (loop $next
      (local.set $from (i32.add (local.get $line) (i32.load (local.get $firsts))))
      (local.set $pair (local.get $pairs))
      (local.set $sum (v128.const i32x4 524288 524288 524288 524288))
      (loop $neighbours
        ;; red and red of the next pixel, green and green, blue and blue
        (local.set $x (v128.load (local.get $from)))
        (local.set $x (i8x16.shuffle 0 1 6 7 2 3 8 9 4 5 10 11 4 5 10 11 (local.get $x) (local.get $x)))
        (local.set $sum (i32x4.add (local.get $sum)
          (i32x4.dot_i16x8_s (local.get $x) (v128.load32_splat (local.get $weights)))))
        (local.set $from (i32.add (local.get $from) (i32.const 12)))
        (local.set $weights (i32.add (local.get $weights) (i32.const 4)))
        (br_if $neighbours (local.tee $pair (i32.sub (local.get $pair) (i32.const 1)))))
      (local.set $sum (i32x4.shr_s (local.get $sum) (i32.const 20)))
      (local.set $x (i16x8.narrow_i32x4_s (local.get $sum) (local.get $sum)))
      (v128.store32_lane 0 (local.get $to) (i8x16.narrow_i16x8_u (local.get $x) (local.get $x)))
      (local.set $firsts (i32.add (local.get $firsts) (i32.const 4)))
      (local.set $to (i32.add (local.get $to) (i32.const 3)))
      (br_if $next (i32.lt_u (local.get $to) (local.get $end))))))
