;; Bilinear mixing of pixels that lie anywhere in a source of RGB bytes.
;;
;; A tap of a column is 12 bytes: offsets of its two source pixels, and their weights as two i16 that add up to 2048.
;; A row is 16 bytes: offsets of its two source rows, and their weights as two i32 that add up to 2048.
;; Four bytes are read where a pixel has three, and four written: what follows a row of the result is overwritten.
(module
  (import "host" "memory" (memory 1))

  (func $mix (param $a i32) (param $b i32) (param $weights i32) (result v128)
    (i32x4.dot_i16x8_s
      (i16x8.extend_low_i8x16_u
        (i8x16.shuffle 0 16 1 17 2 18 3 19 0 16 1 17 2 18 3 19
          (v128.load32_zero (local.get $a)) (v128.load32_zero (local.get $b))))
      (v128.load32_splat (local.get $weights))))

  (func (export "blitRows") (param $source i32) (param $rows i32) (param $rowsEnd i32) (param $taps i32) (param $tapsEnd i32)
    (param $out i32) (param $outStep i32)
    (local $tap i32) (local $at i32) (local $low i32) (local $high i32) (local $above v128) (local $below v128) (local $v v128)
    (loop $nextRow
      (local.set $low (i32.add (local.get $source) (i32.load (local.get $rows))))
      (local.set $high (i32.add (local.get $source) (i32.load offset=4 (local.get $rows))))
      (local.set $above (v128.load32_splat offset=8 (local.get $rows)))
      (local.set $below (v128.load32_splat offset=12 (local.get $rows)))
      (local.set $tap (local.get $taps))
      (local.set $at (local.get $out))
      (loop $nextPixel
        (local.set $v (i32x4.shr_u
          (i32x4.add
            (i32x4.add
              (i32x4.mul (local.get $above) (call $mix
                (i32.add (local.get $low) (i32.load (local.get $tap)))
                (i32.add (local.get $low) (i32.load offset=4 (local.get $tap)))
                (i32.add (local.get $tap) (i32.const 8))))
              (i32x4.mul (local.get $below) (call $mix
                (i32.add (local.get $high) (i32.load (local.get $tap)))
                (i32.add (local.get $high) (i32.load offset=4 (local.get $tap)))
                (i32.add (local.get $tap) (i32.const 8)))))
            (v128.const i32x4 0x200000 0x200000 0x200000 0x200000))
          (i32.const 22)))
        (local.set $v (i16x8.narrow_i32x4_s (local.get $v) (local.get $v)))
        (v128.store32_lane 0 (local.get $at) (i8x16.narrow_i16x8_u (local.get $v) (local.get $v)))
        (local.set $at (i32.add (local.get $at) (i32.const 3)))
        (local.set $tap (i32.add (local.get $tap) (i32.const 12)))
        (br_if $nextPixel (i32.lt_u (local.get $tap) (local.get $tapsEnd))))
      (local.set $out (i32.add (local.get $out) (local.get $outStep)))
      (local.set $rows (i32.add (local.get $rows) (i32.const 16)))
      (br_if $nextRow (i32.lt_u (local.get $rows) (local.get $rowsEnd)))))
)
