;; Pixels of RGB bytes, four at a time. Sixteen bytes are read where four pixels have twelve: room for four more lies behind the
;; last ones. `end` is where the pixels end, and is a multiple of 12 bytes from their start.
(module
  (import "host" "memory" (memory 1))

  (func $red (param $v v128) (result v128)
    (i8x16.shuffle 0 16 16 16 3 16 16 16 6 16 16 16 9 16 16 16 (local.get $v) (v128.const i32x4 0 0 0 0)))
  (func $green (param $v v128) (result v128)
    (i8x16.shuffle 1 16 16 16 4 16 16 16 7 16 16 16 10 16 16 16 (local.get $v) (v128.const i32x4 0 0 0 0)))
  (func $blue (param $v v128) (result v128)
    (i8x16.shuffle 2 16 16 16 5 16 16 16 8 16 16 16 11 16 16 16 (local.get $v) (v128.const i32x4 0 0 0 0)))
  (func $unit (param $v v128) (result v128)
    (f32x4.div (f32x4.convert_i32x4_u (local.get $v)) (v128.const f32x4 255 255 255 255)))

  ;; Shares of 255, each colour in a plane of its own.
  (func (export "planes") (param $rgb i32) (param $end i32) (param $red i32) (param $green i32) (param $blue i32)
    (local $v v128)
    (loop $next
      (local.set $v (v128.load (local.get $rgb)))
      (v128.store (local.get $red) (call $unit (call $red (local.get $v))))
      (v128.store (local.get $green) (call $unit (call $green (local.get $v))))
      (v128.store (local.get $blue) (call $unit (call $blue (local.get $v))))
      (local.set $red (i32.add (local.get $red) (i32.const 16)))
      (local.set $green (i32.add (local.get $green) (i32.const 16)))
      (local.set $blue (i32.add (local.get $blue) (i32.const 16)))
      (local.set $rgb (i32.add (local.get $rgb) (i32.const 12)))
      (br_if $next (i32.lt_u (local.get $rgb) (local.get $end)))))

  ;; (r · red + g · green + b · blue) / 4096, rounded.
  (func $weighted (param $red v128) (param $green v128) (param $blue v128) (param $r i32) (param $g i32) (param $b i32)
    (result v128)
    (i32x4.shr_s
      (i32x4.add
        (i32x4.add
          (i32x4.mul (local.get $red) (i32x4.splat (local.get $r)))
          (i32x4.mul (local.get $green) (i32x4.splat (local.get $g))))
        (i32x4.add
          (i32x4.mul (local.get $blue) (i32x4.splat (local.get $b)))
          (v128.const i32x4 2048 2048 2048 2048)))
      (i32.const 12)))

  ;; Each pixel times a matrix of 12 bits of fraction, held within a byte.
  (func (export "mix") (param $rgb i32) (param $end i32)
    (param $rr i32) (param $rg i32) (param $rb i32)
    (param $gr i32) (param $gg i32) (param $gb i32)
    (param $br i32) (param $bg i32) (param $bb i32)
    (local $v v128) (local $red v128) (local $green v128) (local $blue v128) (local $r v128) (local $g v128) (local $b v128)
    (loop $next
      (local.set $v (v128.load (local.get $rgb)))
      (local.set $red (call $red (local.get $v)))
      (local.set $green (call $green (local.get $v)))
      (local.set $blue (call $blue (local.get $v)))
      (local.set $r (call $weighted (local.get $red) (local.get $green) (local.get $blue)
        (local.get $rr) (local.get $rg) (local.get $rb)))
      (local.set $g (call $weighted (local.get $red) (local.get $green) (local.get $blue)
        (local.get $gr) (local.get $gg) (local.get $gb)))
      (local.set $b (call $weighted (local.get $red) (local.get $green) (local.get $blue)
        (local.get $br) (local.get $bg) (local.get $bb)))
      ;; The bytes behind the four pixels are not theirs: they stay.
      (v128.store (local.get $rgb)
        (i8x16.shuffle 0 4 8 1 5 9 2 6 10 3 7 11 28 29 30 31
          (i8x16.narrow_i16x8_u
            (i16x8.narrow_i32x4_s (local.get $r) (local.get $g))
            (i16x8.narrow_i32x4_s (local.get $b) (local.get $b)))
          (local.get $v)))
      (local.set $rgb (i32.add (local.get $rgb) (i32.const 12)))
      (br_if $next (i32.lt_u (local.get $rgb) (local.get $end)))))
)
