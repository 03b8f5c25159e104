;; Updates of weights, four values at a time. Every array starts at a multiple of 16 bytes; `end` is where the first one
;; ends, and is a multiple of 16 bytes from its start. Rests are padded by the caller.
(module
  (import "host" "memory" (memory 1))

  ;; Σ x² in f64: four sums of f32 would lose what is small beside a million squares.
  (func (export "squares") (param $x i32) (param $end i32) (result f64)
    (local $v v128) (local $low v128) (local $high v128)
    (loop $next
      (local.set $v (v128.load (local.get $x)))
      (local.set $low (f64x2.add (local.get $low)
        (f64x2.mul (f64x2.promote_low_f32x4 (local.get $v)) (f64x2.promote_low_f32x4 (local.get $v)))))
      (local.set $v (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 (local.get $v) (local.get $v)))
      (local.set $high (f64x2.add (local.get $high)
        (f64x2.mul (f64x2.promote_low_f32x4 (local.get $v)) (f64x2.promote_low_f32x4 (local.get $v)))))
      (local.set $x (i32.add (local.get $x) (i32.const 16)))
      (br_if $next (i32.lt_u (local.get $x) (local.get $end))))
    (local.set $low (f64x2.add (local.get $low) (local.get $high)))
    (f64.add (f64x2.extract_lane 0 (local.get $low)) (f64x2.extract_lane 1 (local.get $low))))

  ;; mean ← decay · mean + rest · x
  (func (export "average") (param $mean i32) (param $x i32) (param $end i32) (param $decay f32) (param $rest f32)
    (local $d v128) (local $r v128)
    (local.set $d (f32x4.splat (local.get $decay)))
    (local.set $r (f32x4.splat (local.get $rest)))
    (loop $next
      (v128.store (local.get $mean) (f32x4.add
        (f32x4.mul (local.get $d) (v128.load (local.get $mean)))
        (f32x4.mul (local.get $r) (v128.load (local.get $x)))))
      (local.set $x (i32.add (local.get $x) (i32.const 16)))
      (local.set $mean (i32.add (local.get $mean) (i32.const 16)))
      (br_if $next (i32.lt_u (local.get $mean) (local.get $end)))))

  ;; g ← gradient + decay · w;  velocity ← momentum · velocity + g;  w ← w − rate · (g + momentum · velocity)
  (func (export "sgd") (param $w i32) (param $g i32) (param $velocity i32) (param $end i32)
    (param $rate f32) (param $momentum f32) (param $decay f32)
    (local $r v128) (local $mu v128) (local $d v128) (local $gradient v128) (local $v v128)
    (local.set $r (f32x4.splat (local.get $rate)))
    (local.set $mu (f32x4.splat (local.get $momentum)))
    (local.set $d (f32x4.splat (local.get $decay)))
    (loop $next
      (local.set $gradient (f32x4.add (v128.load (local.get $g)) (f32x4.mul (local.get $d) (v128.load (local.get $w)))))
      (local.set $v (f32x4.add (f32x4.mul (local.get $mu) (v128.load (local.get $velocity))) (local.get $gradient)))
      (v128.store (local.get $velocity) (local.get $v))
      (v128.store (local.get $w) (f32x4.sub (v128.load (local.get $w))
        (f32x4.mul (local.get $r) (f32x4.add (local.get $gradient) (f32x4.mul (local.get $mu) (local.get $v))))))
      (local.set $g (i32.add (local.get $g) (i32.const 16)))
      (local.set $velocity (i32.add (local.get $velocity) (i32.const 16)))
      (local.set $w (i32.add (local.get $w) (i32.const 16)))
      (br_if $next (i32.lt_u (local.get $w) (local.get $end)))))

  ;; first ← b1 · first + (1 − b1) · g;  second ← b2 · second + (1 − b2) · g²;
  ;; w ← shrink · w − size · first / (√second + epsilon)
  (func (export "adamw") (param $w i32) (param $g i32) (param $first i32) (param $second i32) (param $end i32)
    (param $b1 f32) (param $rest1 f32) (param $b2 f32) (param $rest2 f32)
    (param $size f32) (param $epsilon f32) (param $shrink f32)
    (local $gradient v128) (local $m v128) (local $v v128)
    (loop $next
      (local.set $gradient (v128.load (local.get $g)))
      (local.set $m (f32x4.add
        (f32x4.mul (f32x4.splat (local.get $b1)) (v128.load (local.get $first)))
        (f32x4.mul (f32x4.splat (local.get $rest1)) (local.get $gradient))))
      (local.set $v (f32x4.add
        (f32x4.mul (f32x4.splat (local.get $b2)) (v128.load (local.get $second)))
        (f32x4.mul (f32x4.splat (local.get $rest2)) (f32x4.mul (local.get $gradient) (local.get $gradient)))))
      (v128.store (local.get $first) (local.get $m))
      (v128.store (local.get $second) (local.get $v))
      (v128.store (local.get $w) (f32x4.sub
        (f32x4.mul (f32x4.splat (local.get $shrink)) (v128.load (local.get $w)))
        (f32x4.div
          (f32x4.mul (f32x4.splat (local.get $size)) (local.get $m))
          (f32x4.add (f32x4.sqrt (local.get $v)) (f32x4.splat (local.get $epsilon))))))
      (local.set $g (i32.add (local.get $g) (i32.const 16)))
      (local.set $first (i32.add (local.get $first) (i32.const 16)))
      (local.set $second (i32.add (local.get $second) (i32.const 16)))
      (local.set $w (i32.add (local.get $w) (i32.const 16)))
      (br_if $next (i32.lt_u (local.get $w) (local.get $end)))))
)
