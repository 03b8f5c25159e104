;; The two halves of bilinear interpolation, a band of rows at a time; src/yolo/image/resize-linear.ts calls them. Loops over
;; rows are in here because a call from outside takes as long as a good part of a row.
;; After a change: node tools/wasm.ts
(module
  (import "host" "memory" (memory 1))

  ;; Stretches one row of RGB bytes to $count pixels, four at a time, each the weighted sum of two source pixels.
  ;; $taps holds 12 bytes a pixel: byte offset of the pixel before, of the one after, and their weights as two i16.
  ;; $out gets three rows of u16 (reds, greens, blues), $plane bytes apart: sums of 8 + 11 bits, cut by 4.
  (func $stretch (param $source i32) (param $taps i32) (param $count i32) (param $out i32) (param $plane i32)
    (local $end i32) (local $even v128) (local $odd v128) (local $low v128) (local $high v128)
    (local.set $end (i32.add (local.get $taps) (i32.mul (local.get $count) (i32.const 12))))
    (loop $pixels
      ;; A pixel is R, G, B and something, as i32.
      (local.set $even (i16x8.narrow_i32x4_u
        (i32x4.shr_u
          (i32x4.dot_i16x8_s
            (i16x8.extend_low_i8x16_u
              (i8x16.shuffle 0 16 1 17 2 18 3 19 4 20 5 21 6 22 7 23
                (v128.load32_zero (i32.add (local.get $source) (i32.load offset=0 (local.get $taps))))
                (v128.load32_zero (i32.add (local.get $source) (i32.load offset=4 (local.get $taps))))))
            (v128.load32_splat offset=8 (local.get $taps)))
          (i32.const 4))
        (i32x4.shr_u
          (i32x4.dot_i16x8_s
            (i16x8.extend_low_i8x16_u
              (i8x16.shuffle 0 16 1 17 2 18 3 19 4 20 5 21 6 22 7 23
                (v128.load32_zero (i32.add (local.get $source) (i32.load offset=24 (local.get $taps))))
                (v128.load32_zero (i32.add (local.get $source) (i32.load offset=28 (local.get $taps))))))
            (v128.load32_splat offset=32 (local.get $taps)))
          (i32.const 4))))
      (local.set $odd (i16x8.narrow_i32x4_u
        (i32x4.shr_u
          (i32x4.dot_i16x8_s
            (i16x8.extend_low_i8x16_u
              (i8x16.shuffle 0 16 1 17 2 18 3 19 4 20 5 21 6 22 7 23
                (v128.load32_zero (i32.add (local.get $source) (i32.load offset=12 (local.get $taps))))
                (v128.load32_zero (i32.add (local.get $source) (i32.load offset=16 (local.get $taps))))))
            (v128.load32_splat offset=20 (local.get $taps)))
          (i32.const 4))
        (i32x4.shr_u
          (i32x4.dot_i16x8_s
            (i16x8.extend_low_i8x16_u
              (i8x16.shuffle 0 16 1 17 2 18 3 19 4 20 5 21 6 22 7 23
                (v128.load32_zero (i32.add (local.get $source) (i32.load offset=36 (local.get $taps))))
                (v128.load32_zero (i32.add (local.get $source) (i32.load offset=40 (local.get $taps))))))
            (v128.load32_splat offset=44 (local.get $taps)))
          (i32.const 4))))
      ;; R0 R1 G0 G1 B0 B1 x x, and the same of pixels 2 and 3.
      (local.set $low
        (i8x16.shuffle 0 1 16 17 2 3 18 19 4 5 20 21 6 7 22 23 (local.get $even) (local.get $odd)))
      (local.set $high
        (i8x16.shuffle 8 9 24 25 10 11 26 27 12 13 28 29 14 15 30 31 (local.get $even) (local.get $odd)))
      (local.set $even
        (i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23 (local.get $low) (local.get $high)))
      (v128.store64_lane 0 (local.get $out) (local.get $even))
      (v128.store64_lane 1 (i32.add (local.get $out) (local.get $plane)) (local.get $even))
      (v128.store64_lane 0 (i32.add (local.get $out) (i32.shl (local.get $plane) (i32.const 1)))
        (i8x16.shuffle 8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31 (local.get $low) (local.get $high)))
      (local.set $out (i32.add (local.get $out) (i32.const 8)))
      (local.set $taps (i32.add (local.get $taps) (i32.const 48)))
      (br_if $pixels (i32.lt_u (local.get $taps) (local.get $end)))))

  ;; Mixes two stretched rows of one colour to $count shares of 255, four at a time, as f32.
  (func $mix (param $upper i32) (param $lower i32) (param $upperWeight i32) (param $lowerWeight i32)
             (param $count i32) (param $out i32)
    (local $end i32) (local $u v128) (local $l v128)
    (local.set $end (i32.add (local.get $out) (i32.shl (local.get $count) (i32.const 2))))
    (local.set $u (i16x8.splat (local.get $upperWeight)))
    (local.set $l (i16x8.splat (local.get $lowerWeight)))
    (loop $values
      (v128.store (local.get $out)
        (f32x4.div
          (f32x4.convert_i32x4_u
            (i32x4.shr_u
              (i32x4.add
                (i32x4.add
                  (i32x4.shr_u
                    (i32x4.extmul_low_i16x8_u (v128.load64_zero (local.get $upper)) (local.get $u)) (i32.const 16))
                  (i32x4.shr_u
                    (i32x4.extmul_low_i16x8_u (v128.load64_zero (local.get $lower)) (local.get $l)) (i32.const 16)))
                (v128.const i32x4 2 2 2 2))
              (i32.const 2)))
          (v128.const f32x4 255 255 255 255)))
      (local.set $upper (i32.add (local.get $upper) (i32.const 8)))
      (local.set $lower (i32.add (local.get $lower) (i32.const 8)))
      (local.set $out (i32.add (local.get $out) (i32.const 16)))
      (br_if $values (i32.lt_u (local.get $out) (local.get $end)))))

  ;; Stretches $rows rows that lie $sourceStep bytes apart, each into three rows of u16.
  (func (export "stretchRows") (param $source i32) (param $sourceStep i32) (param $rows i32) (param $taps i32)
                               (param $count i32) (param $out i32) (param $plane i32)
    (loop $next
      (call $stretch
        (local.get $source) (local.get $taps) (local.get $count) (local.get $out) (local.get $plane))
      (local.set $source (i32.add (local.get $source) (local.get $sourceStep)))
      (local.set $out (i32.add (local.get $out) (i32.mul (local.get $plane) (i32.const 3))))
      (br_if $next (local.tee $rows (i32.sub (local.get $rows) (i32.const 1))))))

  ;; Mixes $rows rows of one colour. $mixes holds 16 bytes a row: addresses of the two stretched rows of the first colour, which
  ;; $offset shifts to this one, and their weights, all i32.
  (func (export "mixRows") (param $mixes i32) (param $rows i32) (param $offset i32) (param $count i32) (param $out i32)
    (loop $next
      (call $mix
        (i32.add (i32.load offset=0 (local.get $mixes)) (local.get $offset))
        (i32.add (i32.load offset=4 (local.get $mixes)) (local.get $offset))
        (i32.load offset=8 (local.get $mixes))
        (i32.load offset=12 (local.get $mixes))
        (local.get $count)
        (local.get $out))
      (local.set $mixes (i32.add (local.get $mixes) (i32.const 16)))
      (local.set $out (i32.add (local.get $out) (i32.shl (local.get $count) (i32.const 2))))
      (br_if $next (local.tee $rows (i32.sub (local.get $rows) (i32.const 1)))))))
